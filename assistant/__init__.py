"""The micro-Botox FAQ assistant of a cosmetic clinic."""
