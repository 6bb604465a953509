namespace Otedama.Wire;

/// <summary>Calls to one coin node. Safe from any thread.</summary>
public interface IRpcLink : IDisposable
{
    /// <summary>Short name of the node for logs and tables.</summary>
    string Name { get; }

    /// <summary>
    /// Sends the request and returns the result, which the caller disposes. Throws RpcException when there is none, after the
    /// timeout at the latest, or OperationCanceledException when stop is cancelled.
    /// </summary>
    Task<RpcAnswer> CallAsync(RpcRequest request, TimeSpan timeout, CancellationToken stop);
}
