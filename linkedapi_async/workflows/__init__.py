"""Trees of actions: what they hold and what they do, before anything is sent."""
