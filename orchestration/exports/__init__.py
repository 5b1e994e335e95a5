"""What leaves for the tools that people work in: profiles, segment lists, entries and exits."""
