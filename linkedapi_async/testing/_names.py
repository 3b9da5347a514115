"""The stuff the sandbox's world is made of."""

from typing import Final

__all__ = [
    "COMMENT_TEXTS",
    "COMPANY_ENDINGS",
    "COMPANY_NAMES",
    "FIRST_NAMES",
    "INDUSTRIES",
    "JOBS",
    "LANGUAGES",
    "LAST_NAMES",
    "PAY",
    "PLACES",
    "POSITIONS",
    "POST_TEXTS",
    "REACTIONS",
    "REPLY_TEXTS",
    "REPOST_TEXTS",
    "SCHOOLS",
    "SKILLS",
]

FIRST_NAMES: Final = (
    "Amara", "Ana", "Anders", "Bruno", "Carlos", "Chloe", "Daniel", "Elena", "Emma", "Fatima",
    "Felix", "Grace", "Hana", "Henry", "Ines", "Jane", "Jonas", "Julia", "Kenji", "Laura",
    "Leila", "Liam", "Lucia", "Marco", "Maria", "Mateo", "Mei", "Nadia", "Noah", "Olga",
    "Omar", "Priya", "Rafael", "Sofia", "Thomas", "Victor", "Wei", "Yara", "Zoë", "Łukasz",
)  # fmt: skip

LAST_NAMES: Final = (
    "Almeida", "Andersen", "Bauer", "Bianchi", "Brown", "Chen", "Costa", "Dubois", "Fischer",
    "Garcia", "Haddad", "Ito", "Ivanova", "Jansen", "Kim", "Kowalski", "Kumar", "Lindqvist",
    "Martin", "Meyer", "Moreau", "Nakamura", "Novak", "O'Brien", "Okafor", "Patel", "Rossi",
    "Santos", "Schmidt", "Silva", "Smith", "Sørensen", "Tanaka", "Taylor", "Weber", "Wong",
)  # fmt: skip

POSITIONS: Final = (
    ("CEO", 1), ("Founder", 1), ("CTO", 2), ("CFO", 2), ("VP of Sales", 3),
    ("VP of Engineering", 3), ("Head of Marketing", 4), ("Director of Product", 4),
    ("Engineering Manager", 9), ("Product Manager", 9), ("Account Executive", 9),
    ("Software Engineer", 9), ("Data Scientist", 9), ("UX Designer", 9), ("Recruiter", 9),
    ("Marketing Specialist", 9), ("Sales Development Representative", 9),
)  # fmt: skip
"""What people do, and how senior it is; up to 4 decides."""

PLACES: Final = (
    ("San Francisco, California, United States", "US"), ("New York, United States", "US"),
    ("Austin, Texas, United States", "US"), ("London, England, United Kingdom", "GB"),
    ("Berlin, Germany", "DE"), ("Munich, Germany", "DE"), ("Paris, France", "FR"),
    ("Lisbon, Portugal", "PT"), ("Madrid, Spain", "ES"), ("Amsterdam, Netherlands", "NL"),
    ("Warsaw, Poland", "PL"), ("Stockholm, Sweden", "SE"), ("Bengaluru, India", "IN"),
    ("Tokyo, Japan", "JP"), ("São Paulo, Brazil", "BR"), ("Toronto, Canada", "CA"),
)  # fmt: skip

JOBS: Final = (
    ("Data Science Intern", "Research", "internship", 36_000),
    ("Customer Support Agent", "Customer Service", "entryLevel", 42_000),
    ("Sales Development Representative", "Sales", "entryLevel", 48_000),
    ("Marketing Specialist", "Marketing", "associate", 60_000),
    ("UX Designer", "Design", "associate", 72_000),
    ("Software Engineer", "Engineering", "associate", 84_000),
    ("Recruiter", "Human Resources", "midSeniorLevel", 75_000),
    ("Senior Product Manager", "Product Management", "midSeniorLevel", 120_000),
    ("Engineering Manager", "Engineering", "midSeniorLevel", 135_000),
    ("Director of Product", "Product Management", "director", 170_000),
    ("Chief Operating Officer", "Management", "executive", 240_000),
)
"""What companies look for: title, function, level of experience, USD a year."""

PAY: Final = {
    "US": ("usd", 1.0), "GB": ("gbp", 0.7), "DE": ("eur", 0.8), "FR": ("eur", 0.8),
    "PT": ("eur", 0.6), "ES": ("eur", 0.6), "NL": ("eur", 0.8), "PL": ("pln", 2.4),
    "SE": ("sek", 7.5), "IN": ("inr", 25.0), "JP": ("jpy", 80.0), "BR": ("brl", 2.2),
    "CA": ("cad", 1.1),
}  # fmt: skip
"""What a country pays in, and how many of these for a dollar in the United States."""

INDUSTRIES: Final = (
    "Software Development", "Information Technology", "Financial Services", "Biotechnology",
    "Professional Services", "Robotics Engineering", "Renewable Energy", "Advertising Services",
)  # fmt: skip

COMPANY_NAMES: Final = (
    "Northwind", "Blue Harbor", "Quantia", "Helio", "Brightpath", "Ironleaf", "Lumen", "Vertex",
    "Nimbus", "Riverstone", "Solstice", "Cobalt", "Meridian", "Evergreen", "Atlas", "Orchid",
)  # fmt: skip

COMPANY_ENDINGS: Final = ("Labs", "Systems", "Group", "Works", "Analytics", "Partners", "Tech Inc")

SCHOOLS: Final = (
    "MIT", "Harvard University", "Stanford University", "TU Berlin", "Sorbonne Université",
    "University of Oxford", "University of Warsaw", "IIT Bombay", "University of Tokyo",
)  # fmt: skip

SKILLS: Final = (
    "Python", "Java", "Go", "SQL", "Kubernetes", "Machine Learning", "Product Strategy",
    "Negotiation", "Public Speaking", "Copywriting", "Figma", "Recruiting", "Data Analysis",
)  # fmt: skip

LANGUAGES: Final = ("English", "German", "French", "Portuguese", "Spanish", "Japanese", "Polish")

POST_TEXTS: Final = (
    ("text", "Three things I learned about {topic} this year, mostly from {mention}. #learning"),
    ("text", "What is your favourite book on {topic}?"),
    ("text", "Two years ago nobody asked for {topic}. Today I answered ten messages about it."),
    ("job", "We are hiring! If you care about {topic}, write to me. #hiring"),
    ("images", "Proud of the team: our work on {topic} is live today. #launch"),
    ("images", "A full room for {topic} last night. Thank you, {mention}! #community"),
    ("video", "Three minutes on {topic}, without slides. #video"),
    ("liveVideo", "We are live now: questions and answers on {topic}. #live"),
    ("document", "Slides of my talk on {topic}: https://example.com/slides"),
    ("poll", "How much of your week goes into {topic}?"),
)
"""What a post shows beside its text, and the text."""

REPOST_TEXTS: Final = ("", "Worth your time.", "This. Especially the second half. #reading")
"""What stands above a repost; nothing above a plain one."""

COMMENT_TEXTS: Final = (
    "Congratulations!", "Thank you for sharing.", "I see it differently.", "Where do I sign up?",
    "We saw the same here.", "Could you say more about the numbers?", "Well deserved.",
)  # fmt: skip

REPLY_TEXTS: Final = ("Thank you!", "Good point, I will write about it.", "Let us talk next week.")

REACTIONS: Final = ("like", "celebrate", "support", "love", "insightful", "funny")
