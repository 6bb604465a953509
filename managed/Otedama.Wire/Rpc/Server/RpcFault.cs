namespace Otedama.Wire;

/// <summary>An error answer of a JSON-RPC method: thrown by the method, sent to the caller as code and message.</summary>
public sealed class RpcFault(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}

/// <summary>The numbers Bitcoin Core uses; clients decide by them.</summary>
public static class RpcFaultCode
{
    public const int ParseError = -32700, InvalidRequest = -32600, MethodNotFound = -32601, InternalError = -32603;

    /// <summary>General failure; also too few or too many parameters.</summary>
    public const int Misc = -1;

    public const int WrongType = -3, Wallet = -4, InvalidAddressOrKey = -5, InsufficientFunds = -6, InvalidParameter = -8;

    public const int NotReady = -9, Database = -20, Deserialization = -22, Verify = -25, VerifyRejected = -26, AlreadyInChain = -27;
}
