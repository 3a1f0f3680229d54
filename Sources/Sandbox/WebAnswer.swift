/// What a door gives back.
enum WebAnswer: Sendable, Hashable {
    case document(TokenAnswer)
    case page(status: Int, html: String)
    case redirect(String)

    var status: Int {
        switch self {
        case .document(let answer): answer.status
        case .page(let status, _): status
        case .redirect: 302
        }
    }
}
