//! Tokens and the keys behind them.
