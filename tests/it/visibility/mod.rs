//! Who may see what: every field of the schema, as a child's profile, in a catalogue with titles that are not for it.

mod changes;
mod schema;
mod site;
mod walk;
