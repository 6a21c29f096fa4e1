//! HTML pages: layout, headers, templates.
