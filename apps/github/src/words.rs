//! Inputs that are one of a few words.

/// Declares enums whose first word is the default; their schema is a plain list of words.
macro_rules! words {
    ($($name:ident { $first:ident = $first_word:literal $(, $other:ident = $word:literal)* $(,)? })*) => {
        $(
            #[derive(
                Clone, Copy, Debug, Default, PartialEq, Eq,
                serde::Deserialize, serde::Serialize, schemars::JsonSchema,
            )]
            pub(crate) enum $name {
                #[default]
                #[serde(rename = $first_word)]
                $first,
                $(#[serde(rename = $word)] $other,)*
            }

            impl From<$name> for String {
                fn from(value: $name) -> Self {
                    match value {
                        $name::$first => $first_word,
                        $($name::$other => $word,)*
                    }
                    .to_owned()
                }
            }
        )*
    };
}
pub(crate) use words;

words! {
    Direction { Descending = "desc", Ascending = "asc" }
    State { Open = "open", Closed = "closed", All = "all" }
}
