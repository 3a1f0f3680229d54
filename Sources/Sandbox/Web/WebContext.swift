internal import Hummingbird
internal import NIOCore

/// A request's context that keeps its channel, because a pretend provider must be able to hang up without a word.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
