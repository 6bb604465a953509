namespace Otedama.Wire;

/// <summary>Why a connection ended.</summary>
public enum CloseReason : byte
{
    PeerClosed,
    Error,
    LineTooLong,
    SlowSender,
    SlowReader,
    Silent,
    LoginTimeout,
    Banned,
    RefusedWork,
    Malformed,
    TlsNotConfigured,
    TlsRequired,
    TlsFailed,
    BadProxyHeader,
    ServerStopping,
    NoExtranonce,

    /// <summary>What would be mined now might be worth nothing, and the miner may have another pool.</summary>
    PoolClosed,
}
