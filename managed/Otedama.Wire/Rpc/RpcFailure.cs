namespace Otedama.Wire;

/// <summary>Why a call has no result; the caller decides by it whether to wait, to try again or to give up.</summary>
public enum RpcFailure
{
    /// <summary>No connection, or it broke before the answer was complete.</summary>
    Unreachable,

    /// <summary>No complete answer in time.</summary>
    Timeout,

    /// <summary>HTTP 401 or 403, or the cookie file cannot be read.</summary>
    Credentials,

    /// <summary>Error -28: the node is starting.</summary>
    WarmingUp,

    /// <summary>HTTP 503: the node's work queue is full.</summary>
    Busy,

    /// <summary>Error -32601.</summary>
    NoSuchMethod,

    /// <summary>Any other error object; see the code.</summary>
    Refused,

    /// <summary>The answer is not a JSON-RPC answer.</summary>
    NotJsonRpc,

    /// <summary>The answer is longer than allowed.</summary>
    TooLarge,
}
