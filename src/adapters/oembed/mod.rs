//! Asking sites that videos lie on about them, by oEmbed.

mod hosts;

pub use hosts::OEmbedHosts;
