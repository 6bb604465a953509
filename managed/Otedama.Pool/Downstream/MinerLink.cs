using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The miner's end of a session. What is said to it is gathered while the session's lock is held and goes out in one
/// write; what it does wrong counts against its address.
/// </summary>
internal sealed class MinerLink
{
    [ThreadStatic]
    private static WireBuffer? s_scratch;

    private readonly ConnectionGuard _guard;

    public MinerLink(TransportConnection connection, ConnectionGuard guard, GuardEntry? entry, double now)
    {
        Connection = connection;
        _guard = guard;
        Entry = entry;
        ReceivedAt = now;
    }

    public TransportConnection Connection { get; }

    /// <summary>Null when no limit applies to the address.</summary>
    public GuardEntry? Entry { get; }

    /// <summary>When the bytes came that are being answered, or the newest ones.</summary>
    public double ReceivedAt { get; set; }

    /// <summary>
    /// A miner that says it speaks JSON-RPC 2.0 hangs up on lines that do not; others never see the key.
    /// </summary>
    public bool SaysVersion { get; set; }

    public bool IsClosed => Connection.IsClosed;

    /// <summary>
    /// What is being answered: the thread's own buffer, between <see cref="Begin"/> and <see cref="Send"/>.
    /// </summary>
    public WireBuffer Reply { get; private set; } = null!;

    public void Begin()
    {
        Reply = s_scratch ??= new WireBuffer();
        Reply.Reset();
    }

    public void Send()
    {
        if (Reply.Length > 0)
        {
            if (SaysVersion)
            {
                WriteWithVersion();
            }
            else
            {
                Connection.Write(Reply.Written);
            }
            Reply.Reset();
        }
    }

    /// <summary>Answers a request with an error of no particular kind.</summary>
    public void Refuse(ReadOnlySpan<byte> id, string text) => StratumWriter.Error(Reply, id, StratumError.Other, text);

    /// <summary>A message for whoever reads the miner's screen.</summary>
    public void Show(string text) => StratumWriter.ShowMessage(Reply, text);

    /// <summary>Says what is gathered, then closes.</summary>
    public void End(CloseReason reason)
    {
        Send();
        Connection.Close(reason);
    }

    /// <summary>Points against the address; one that has too many is banned, and this connection ends.</summary>
    public void AddPoints(double points)
    {
        if (_guard.AddPoints(Entry, points, ReceivedAt))
        {
            End(CloseReason.Banned);
        }
    }

    private void WriteWithVersion()
    {
        WireBuffer lines = new();
        ReadOnlySpan<byte> rest = Reply.Written;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n') + 1;
            lines.Append("{\"jsonrpc\":\"2.0\","u8);
            lines.Append(rest[1..end]);
            rest = rest[end..];
        }
        Connection.Write(lines.Written);
        lines.Clear();
    }
}
