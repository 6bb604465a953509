using System.Net;

namespace Otedama.Mining;

/// <summary>One pool of the list and how it has done. Written by the client's loop, read by snapshots.</summary>
internal sealed class PoolSlot(PoolEndpoint endpoint, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private PoolState _state = PoolState.Standby;
    private string _lastError = "";
    private StratumConnection? _connection;
    private int _failures;

    public PoolEndpoint Endpoint { get; } = endpoint;

    public string Name { get; } = endpoint.Url.ToString();

    /// <summary>In a row.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>Where client.reconnect sent us, for one attempt. Client's loop only.</summary>
    public PoolUrl? Redirect { get; set; }

    /// <summary>Left by the last connection. Client's loop only.</summary>
    public SessionMemory? Memory { get; set; }

    /// <summary>
    /// Ask for one thing at a time, and for no more than needed; kept once it has worked. Client's loop only.
    /// </summary>
    public bool Careful { get; set; }

    /// <summary>Where a connection brought no job: the pool's other addresses go first. Client's loop only.</summary>
    public IPAddress? AddressLast { get; set; }

    /// <summary>
    /// Notes how a session without a job was asked and where, so that the next is asked otherwise and elsewhere.
    /// </summary>
    public void OnUnused(StratumSession session)
    {
        if (session.EndedUnused)
        {
            Careful = !Careful;
            AddressLast = session.Address;
        }
    }

    /// <summary>This pool has accepted a share. Client's loop only.</summary>
    public bool Proven { get; set; }

    /// <summary>Redirects in a row without a job. Client's loop only.</summary>
    public int Moves { get; set; }

    /// <summary>When it last turned out not to be for this rig. Client's loop only.</summary>
    public long? UnfitAt { get; set; }

    public void OnConnecting() => Set(PoolState.Connecting, null);

    public void OnActive(StratumConnection connection) => Set(PoolState.Active, connection);

    public void OnStandby() => Set(PoolState.Standby, null);

    public void OnFailed(string reason, bool forgive)
    {
        lock (_gate)
        {
            _failures = forgive ? 1 : Math.Min(_failures + 1, 1_000_000);
            _lastError = reason;
            _state = PoolState.Failed;
            _connection = null;
        }
    }

    public PoolSnapshot Read()
    {
        lock (_gate)
        {
            double latency = _connection?.Session.LatencyMs ?? double.NaN;
            return new PoolSnapshot
            {
                Url = Name,
                User = Endpoint.User,
                State = _state,
                Failures = _failures,
                LastError = _lastError,
                LatencyMs = double.IsNaN(latency) ? null : latency,
                ConnectedFor = _connection is null ? null : clock.GetElapsedTime(_connection.OpenedAt),
            };
        }
    }

    private void Set(PoolState state, StratumConnection? connection)
    {
        lock (_gate)
        {
            _state = state;
            _connection = connection;
        }
    }
}
