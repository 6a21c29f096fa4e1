//! Every timed task, in one list.
