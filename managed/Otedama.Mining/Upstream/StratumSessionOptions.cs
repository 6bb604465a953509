using Otedama.Core;

namespace Otedama.Mining;

internal sealed record StratumSessionOptions
{
    /// <summary>The pool as logs name it.</summary>
    public required string Pool { get; init; }

    /// <summary>Where we are connected; client.reconnect is judged against it.</summary>
    public required PoolUrl Url { get; init; }

    public required string User { get; init; }

    public required string Password { get; init; }

    public required string UserAgent { get; init; }

    public required Algorithm Algorithm { get; init; }

    /// <summary>Parameters where Algorithm is Equihash; null = ZelHash.</summary>
    public EquihashRule? Equihash { get; init; }

    /// <summary>0 = say nothing.</summary>
    public required double SuggestDifficulty { get; init; }

    /// <summary>
    /// Only subscribe, authorize and submit, each after the reply to the one before: for servers that hang up on anything
    /// newer or read one message of a packet.
    /// </summary>
    public required bool Careful { get; init; }

    /// <summary>
    /// The pool has accepted a share of ours before, so that refusals are no sign of another algorithm.
    /// </summary>
    public bool Proven { get; init; }

    /// <summary>Hosts client.reconnect may send us to besides the pool's own.</summary>
    public IReadOnlyList<string> RedirectHosts { get; init; } = [];

    /// <summary>Takes verdicts on submits of an earlier connection while the session is not active yet.</summary>
    public required IJobSink Sink { get; init; }
}

/// <summary>The pool asked us to move to where RedirectRule lets it.</summary>
internal sealed record ReconnectRequest(PoolUrl To, TimeSpan Wait);

/// <summary>What is left of a connection for the next one to the same pool.</summary>
internal sealed class SessionMemory(string sessionId, ExtranonceSpace space, JobTable jobs, List<PendingSubmit> unanswered)
{
    private List<PendingSubmit> _unanswered = unanswered;

    public string SessionId { get; } = sessionId;

    public ExtranonceSpace Space { get; } = space;

    public JobTable Jobs { get; } = jobs;

    /// <summary>Submits without a reply; each is handed out once.</summary>
    public List<PendingSubmit> TakeUnanswered() => Interlocked.Exchange(ref _unanswered, []);
}
