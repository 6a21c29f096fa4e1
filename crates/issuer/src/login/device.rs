//! What a browser says of itself, in words, and the engine that it keeps while everything else changes.

use crate::pages::{Language, say};

/// Names that stand in a user agent, the more telling ones first.
const BROWSERS: [(&str, &str); 16] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("python-requests/", "Python"),
    ("node", "Node.js"),
];
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("FreeBSD", "FreeBSD"),
];

/// A device as its browser describes it. None of it is proof of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) browser: Option<&'static str>,
    pub(crate) system: Option<&'static str>,
}

impl Device {
    pub(crate) fn of(user_agent: &str) -> Self {
        let first = |names: &[(&str, &'static str)]| {
            let mut names = names.iter();
            let found = names.find(|(token, _)| user_agent.contains(token));
            found.map(|(_, name)| *name)
        };
        Self {
            browser: first(&BROWSERS),
            system: first(&SYSTEMS),
        }
    }

    pub(crate) fn words(self, language: Language) -> String {
        match (self.browser, self.system) {
            (Some(browser), Some(system)) => {
                let said = say("device").with("browser", browser);
                language.text(&said.with("system", system))
            }
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => language.text(&say("device-unknown")),
        }
    }
}

/// What a browser is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Blink,
    Gecko,
    WebKit,
    /// No browser, or none that says so.
    Other,
}

impl Engine {
    /// An update, another network, or asking for the desktop's pages does not change it.
    pub(crate) fn of(user_agent: &str) -> Self {
        if user_agent.contains("Chrome/") {
            Self::Blink
        } else if user_agent.contains("AppleWebKit/") {
            Self::WebKit
        } else if user_agent.contains("Gecko/") {
            Self::Gecko
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
        Chrome/156.0.0.0 Safari/537.36";
    const PHONE: &str = "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like \
        Gecko) Chrome/150.0.0.0 Mobile Safari/537.36";
    const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
        Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0";
    const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 \
        Firefox/150.0";
    const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 \
        (KHTML, like Gecko) Version/26.0 Safari/605.1.15";
    const IPHONE_FIREFOX: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) \
        AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15";

    #[test]
    fn a_device_is_named_by_browser_and_system() {
        for (agent, browser, system) in [
            (CHROME, Some("Chrome"), Some("Linux")),
            (PHONE, Some("Chrome"), Some("Android")),
            (EDGE, Some("Edge"), Some("Windows")),
            (FIREFOX, Some("Firefox"), Some("Windows")),
            (SAFARI, Some("Safari"), Some("macOS")),
            (IPHONE_FIREFOX, Some("Firefox"), Some("iPhone")),
            ("curl/8.14.1", Some("curl"), None),
            ("<script>", None, None),
            ("", None, None),
        ] {
            assert_eq!(Device::of(agent), Device { browser, system }, "{agent}");
        }
    }

    #[test]
    fn an_engine_outlives_updates_and_the_desktop_site() {
        for (agent, engine) in [
            (CHROME, Engine::Blink),
            (PHONE, Engine::Blink),
            (EDGE, Engine::Blink),
            (FIREFOX, Engine::Gecko),
            (SAFARI, Engine::WebKit),
            (IPHONE_FIREFOX, Engine::WebKit),
            ("curl/8.14.1", Engine::Other),
            ("", Engine::Other),
        ] {
            assert_eq!(Engine::of(agent), engine, "{agent}");
        }
    }
}
