"""Who is looking at the page and how they want it: session, language, theme, time zone, notices. Draws nothing."""
