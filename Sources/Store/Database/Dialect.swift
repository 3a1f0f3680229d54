/// Where engines say the same in other words. Everything else of SQL is written so that all of them take it: `ON CONFLICT`, `RETURNING`, `coalesce`, `CASE`, quoted
/// words, question marks with or without a number.
package struct Dialect: Sendable {
    /// A table of one column `value`: the texts in a JSON list, which stands at a mark.
    package let texts: @Sendable (_ mark: String) -> String
    /// The same of whole numbers.
    package let numbers: @Sendable (_ mark: String) -> String
    /// A table of one column `value`: the lists in a JSON list; `value ->> 0` is the first of each.
    package let lists: @Sendable (_ mark: String) -> String
    /// The greater or lesser of two values, neither of which is NULL.
    package let greatest: String
    package let least: String
    /// Where a text stands in another; 0: nowhere.
    package let position: String
    /// The number that the last row of `message` got which was written here.
    package let lastNumber: String
    /// Behind a query: its rows are the asker's alone until the commit, and what is another's is passed over.
    package let skippingLocked: String
    /// The one who appends to the journal, until the commit; nil: there is only one who writes.
    package let lockJournal: String?
    /// What is to be put right when rows were brought with their numbers.
    package let behindCopy: [String]
    /// How sums are kept where a row that every commit changes has a price; nil: they are added to at once.
    package let appendedSums: AppendedSums?

    package init(
        texts: @escaping @Sendable (String) -> String, numbers: @escaping @Sendable (String) -> String,
        lists: @escaping @Sendable (String) -> String, greatest: String, least: String, position: String, lastNumber: String,
        skippingLocked: String, lockJournal: String?, behindCopy: [String], appendedSums: AppendedSums? = nil
    ) {
        self.texts = texts
        self.numbers = numbers
        self.lists = lists
        self.greatest = greatest
        self.least = least
        self.position = position
        self.lastNumber = lastNumber
        self.skippingLocked = skippingLocked
        self.lockJournal = lockJournal
        self.behindCopy = behindCopy
        self.appendedSums = appendedSums
    }
}

/// Where as many versions of a row are gone through as commits have changed it since somebody's oldest snapshot - a dump's, a long report's -, what is to be added to
/// a sum becomes a row of its own, in a table beside it, and is added up now and then.
package struct AppendedSums: Sendable {
    /// How what was appended to one sum is taken out: rows that another is at are passed over.
    package struct Taking: Sendable {
        /// The common table expressions in front of the insertion.
        package let with: String
        /// The rows, each key once, in the order in which sums are always written.
        package let rows: String

        package init(with: String, rows: String) {
            self.with = with
            self.rows = rows
        }
    }

    /// By the sum's name. How they are joined to what is there is said by whoever adds to sums, once for all databases.
    let takings: [String: Taking]

    package init(_ takings: [String: Taking]) { self.takings = takings }

    /// Where rows are appended to.
    static func table(_ name: String) -> String { name + "Later" }
    /// What is added up and what is not yet, as one.
    static func whole(_ name: String) -> String { name + "Whole" }
}

extension Dialect {
    /// Where a sum is read.
    func whole(_ name: String) -> String { appendedSums == nil ? name : AppendedSums.whole(name) }
}
