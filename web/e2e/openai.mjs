// An emulated window.openai, for views whose address carries one. Runs in every frame before the view's own script.

export function emulateOpenAi() {
  const given = new URLSearchParams(location.search).get('openai');
  if (!given) return;
  const { answers, without = [], ...globals } = JSON.parse(given);
  const asked = [];
  const openai = {
    ...globals,
    asked,
    callTool: async (name, args) => {
      asked.push(['call', name, args]);
      const answer = answers?.[name]?.shift();
      if (!answer) throw new Error('The chat is offline.');
      return answer;
    },
    sendFollowUpMessage: async ({ prompt }) => void asked.push(['message', prompt]),
    openExternal: ({ href }) => void asked.push(['open', href]),
    requestDisplayMode: async ({ mode }) => void asked.push(['mode', mode]),
    setWidgetState: ({ modelContent }) => void asked.push(['model', modelContent]),
    notifyIntrinsicHeight: (height) => void asked.push(['size', height]),
  };
  for (const name of without) delete openai[name];
  window.openai = openai;
  window.setGlobals = (changed) => {
    Object.assign(openai, changed);
    const detail = { globals: changed };
    window.dispatchEvent(new CustomEvent('openai:set_globals', { detail }));
  };
}
