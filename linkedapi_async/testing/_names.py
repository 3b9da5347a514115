"""The stuff the sandbox's world is made of."""

from typing import Final

__all__ = [
    "COMMENT_TEXTS",
    "COMPANY_ENDINGS",
    "COMPANY_NAMES",
    "FIRST_NAMES",
    "INDUSTRIES",
    "LANGUAGES",
    "LAST_NAMES",
    "PLACES",
    "POSITIONS",
    "POST_TEXTS",
    "REACTIONS",
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
    "We are hiring! If you care about {topic}, write to me. #hiring",
    "Three things I learned about {topic} this year.",
    "Proud of the team: our work on {topic} is live today. #launch",
    "What is your favourite book on {topic}?",
    "Slides of my talk on {topic}: https://example.com/slides",
)

COMMENT_TEXTS: Final = ("Congratulations!", "Thank you for sharing.", "I see it differently.")

REACTIONS: Final = ("like", "celebrate", "support", "love", "insightful", "funny")
