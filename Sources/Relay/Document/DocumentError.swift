/// What is wrong with a directory file, and where: `delegations[2].covers: an address needs an @ …`.
package struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Keys and indexes, counted from 0; empty for the document itself.
    package let path: String
    package let problem: String
    /// What to do; empty where the problem says it.
    package let fix: String
    let code: MistakeCode

    init(_ path: String, _ problem: String, fix: String = "", _ code: MistakeCode = .invalid) {
        self.path = path
        self.problem = problem
        self.fix = fix
        self.code = code
    }

    package var description: String { (path.isEmpty ? problem : "\(path): \(problem)") + (fix.isEmpty ? "" : "; \(fix)") }
}
