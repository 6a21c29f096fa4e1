// The person's notes, and a field for one more.
import { useState } from 'react';
import { useRequest, type ViewProps } from '#kit/mount.tsx';
import { Button, Failure, Field, Header } from '#kit/parts.tsx';
import { outputOf } from '#kit/phase.ts';
import { Foot, Screen } from '#kit/screen.tsx';
import { ago, counted } from '#kit/words.ts';
import type { NotesAdd } from '../types/notes_add.ts';
import type { NotesList } from '../types/notes_list.ts';

const TEXT_CHARS_MAX = 1_000;

type Note = NotesAdd['note'];

export function Notes(view: ViewProps<NotesList | NotesAdd>) {
  const tool = 'text' in view.input ? 'notes_add' : 'notes_list';
  return (
    <Screen view={view} title="Notes" tool={tool}>
      {(output) =>
        'note' in output ? (
          <Added view={view} note={output.note} />
        ) : (
          <List view={view} first={output.notes} />
        )
      }
    </Screen>
  );
}

interface Shared {
  view: ViewProps<NotesList | NotesAdd>;
}

function Added({ view, note }: Shared & { note: Note }) {
  return (
    <>
      <Header title="Note added" />
      <NoteText note={note} />
      {view.can.callTool && (
        <Foot>
          <Button onPress={() => void view.actions.refresh('notes_list', {})}>
            Show all notes
          </Button>
        </Foot>
      )}
    </>
  );
}

function List({ view, first }: Shared & { first: Note[] }) {
  const [added, setAdded] = useState<Note[]>([]);
  const [text, setText] = useState('');
  const { busy, failure, run } = useRequest();
  const notes = [...first, ...added];
  const add = async () => {
    const { note } = outputOf<NotesAdd>(await view.actions.callTool('notes_add', { text }));
    setAdded([...added, note]);
    setText('');
    view.actions.tellModel(`The person added a note: ${note.text}`);
  };
  return (
    <>
      <Header title={notes.length ? counted(notes.length, 'note') : 'No notes yet'} />
      <p role="status" className="sr-only">
        {added.length > 0 && 'Note added'}
      </p>
      <ul className="divide-y divide-line">
        {notes.map((note) => (
          <li key={note.id} className="py-3 first:pt-0">
            <NoteText note={note} />
          </li>
        ))}
      </ul>
      {view.can.callTool && (
        <div className="mt-2">
          <Field label="New note" rows={2} max={TEXT_CHARS_MAX} value={text} onChange={setText} />
          <Foot>
            <Button look="primary" busy={busy} onPress={() => text.trim() && void run(add)}>
              Add note
            </Button>
          </Foot>
        </div>
      )}
      <Failure text={failure} />
    </>
  );
}

function NoteText({ note }: { note: Note }) {
  const time = new Date(note.created_at * 1000);
  return (
    <>
      <p className="whitespace-pre-wrap">{note.text}</p>
      {!Number.isNaN(time.getTime()) && (
        <p className="mt-0.5 text-xs text-muted">
          <time dateTime={time.toISOString()}>{ago(time)}</time>
        </p>
      )}
    </>
  );
}
