using System.Net;

namespace Otedama.Pool;

/// <summary>Host names of the internet. Any thread.</summary>
public interface INames
{
    /// <summary>
    /// Its addresses of both families; none when there is no such name or nobody answers in a few seconds.
    /// </summary>
    Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken stop);
}

/// <summary>A network without names.</summary>
internal sealed class NoNames : INames
{
    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<IPAddress>>([]);
}
