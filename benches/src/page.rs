//! Just enough HTML to send the form of anyone's sign-in or consent page.

/// The fields that a form would send.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) asks_password: bool,
}

/// Who fills it in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// The page's first form that does not sign out, filled in: every box ticked, the button that allows
/// or else the first one pressed.
pub(crate) fn fill(page: &str, person: &Person) -> Option<Form> {
    forms(page, person)
        .find(|form| !form.action.contains("logout") && !form.action.contains("abort"))
}

/// The page's first form that leads to `action`, filled in.
pub(crate) fn fill_to(page: &str, action: &str, person: &Person) -> Option<Form> {
    forms(page, person).find(|form| form.action.starts_with(action))
}

fn forms(page: &str, person: &Person) -> impl Iterator<Item = Form> {
    let forms = page.split("<form").skip(1);
    let forms = forms.filter_map(|form| form.split("</form").next());
    forms.map(|form| fill_one(form, person))
}

fn fill_one(html: &str, person: &Person) -> Form {
    let mut form = Form::default();
    let mut buttons: Vec<(String, String)> = Vec::new();
    for (at, tag) in html.split('<').enumerate() {
        let tag = tag.split('>').next().unwrap_or_default();
        let get = |name| attribute(tag, name);
        if at == 0 {
            form.action = get("action").unwrap_or_default();
            continue;
        }
        let (Some(name), kind) = (get("name"), get("type").unwrap_or_default()) else {
            continue;
        };
        let value = get("value");
        if tag.starts_with("button") || kind == "submit" {
            buttons.push((name, value.unwrap_or_default()));
        } else if tag.starts_with("input") {
            let value = match kind.as_str() {
                "hidden" => value.unwrap_or_default(),
                "checkbox" => value.unwrap_or_else(|| "on".into()),
                "password" => {
                    form.asks_password = true;
                    person.password.clone()
                }
                "email" => person.email.clone(),
                _ if name == "email" || name == "login" => person.email.clone(),
                _ => value.unwrap_or_default(),
            };
            form.fields.push((name, value));
        }
    }
    let allows = |(_, value): &&(String, String)| matches!(value.as_str(), "allow" | "yes");
    let pressed = buttons.iter().find(allows).or(buttons.first());
    form.fields.extend(pressed.cloned());
    form
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let quoted = format!(" {name}=\"");
    let value = tag.split_once(&quoted)?.1.split('"').next()?;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((name, rest)) = part.split_once(';') else {
            out.push('&');
            out.push_str(part);
            continue;
        };
        let number =
            name.strip_prefix('#')
                .and_then(|number| match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => number.parse().ok(),
                });
        let c = match (name, number.and_then(char::from_u32)) {
            (_, Some(c)) => c,
            ("quot", _) => '"',
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("apos", _) => '\'',
            _ => '&',
        };
        out.push(c);
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_filled_in_as_a_person_would() {
        let person = Person {
            email: "ada@example.com".into(),
            password: "pass".into(),
        };
        let page = r##"<form action="/logout" method="post"><button name="x">Sign out</button></form>
            <form method="post" action="/go?a=1&amp;b=&#34;2&#x22;"><input type="hidden" name="pending" value="p&amp;q">
            <input name="email" type="email" required><input type="password" name="password">
            <input type="checkbox" name="scope" value="notes:read" checked>
            <button name="decision" value="deny">No</button><button name="decision" value="allow">Yes</button></form>"##;
        let form = fill(page, &person).unwrap();
        assert_eq!(form.action, "/go?a=1&b=\"2\"");
        assert!(form.asks_password);
        let expected = [
            ("pending", "p&q"),
            ("email", "ada@example.com"),
            ("password", "pass"),
            ("scope", "notes:read"),
            ("decision", "allow"),
        ];
        assert_eq!(form.fields, expected.map(|(a, b)| (a.into(), b.into())));
        assert_eq!(fill("<p>nothing</p>", &person), None);
        let out = fill_to(page, "/logout", &person).unwrap();
        assert_eq!(out.action, "/logout");
        assert_eq!(fill_to(page, "/nowhere", &person), None);
    }
}
