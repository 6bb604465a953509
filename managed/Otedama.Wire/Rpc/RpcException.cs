namespace Otedama.Wire;

/// <summary>A call that has no result. The message names the node, the method, what went wrong and what to do.</summary>
public sealed class RpcException(RpcFailure failure, string message, int code = 0, Exception? inner = null)
    : Exception(message, inner)
{
    public RpcFailure Failure { get; } = failure;

    /// <summary>Code of the node's error object; 0 when there was none.</summary>
    public int Code { get; } = code;

    /// <summary>Text of the node's error object; empty when there was none.</summary>
    public string NodeMessage { get; init; } = "";

    /// <summary>True when the same call may work later without anybody's help.</summary>
    public bool IsTransient => Failure is RpcFailure.Unreachable or RpcFailure.Timeout or RpcFailure.WarmingUp or RpcFailure.Busy;
}
