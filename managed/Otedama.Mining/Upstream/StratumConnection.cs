using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// One connection to a pool: a link over a stream, and its three loops. The first of them to fail ends all, and Completion
/// says why.
/// </summary>
internal sealed class StratumConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly StratumLink _link;
    private readonly StratumTimings _timings;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop;
    private readonly SemaphoreSlim _writeTurn = new(1, 1);

    private Task _completion = Task.CompletedTask;
    private int _disposed;

    private StratumConnection(
        Stream stream, StratumLink link, StratumTimings timings, TimeProvider time, CancellationToken cancellation)
    {
        _stream = stream;
        _link = link;
        _timings = timings;
        _time = time;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        OpenedAt = time.GetTimestamp();
    }

    public long OpenedAt { get; }

    public StratumSession Session => _link.Session;

    /// <summary>Faults with UpstreamException when the connection is lost; ends well when the pool asked us to move or we stopped.</summary>
    public Task Completion => _completion;

    /// <summary>Submits without a verdict.</summary>
    public int Unanswered => _link.Unanswered;

    /// <summary>
    /// Connects, greets, and returns when the pool has accepted us. Throws UpstreamException in words an operator can
    /// act on.
    /// </summary>
    public static async Task<StratumConnection> OpenAsync(
        PoolUrl url, StratumSession session, StratumTimings timings, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        Stream stream = await PoolDialer.ConnectAsync(
            url, timings, session.AddressLast, address => session.Address = address, time, cancellation);
        StratumConnection connection = new(stream, new StratumLink(session, timings, time, log), timings, time, cancellation);
        try
        {
            session.Greet();
            await connection.FlushAsync(session.Outgoing);
            connection._completion = connection.RunAsync();
            Task first = await Task.WhenAny(session.Ready, connection._completion)
                .WaitAsync(timings.Handshake, time, cancellation);
            await first;
            if (!session.Ready.IsCompletedSuccessfully && session.Reconnect is null)
            {
                throw new UpstreamException("the pool closed the connection before it accepted us");
            }
            return connection;
        }
        catch (TimeoutException)
        {
            await connection.DisposeAsync();
            throw new UpstreamException(
                $"no answer to subscribe and authorize within {timings.Handshake.TotalSeconds:F0} s; is this a Stratum port?");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Never blocks. False: the queue is full, or the connection is gone.</summary>
    public bool TrySubmit(in Candidate candidate) => !_stop.IsCancellationRequested && _link.TrySubmit(candidate);

    /// <summary>What was queued but never written; its verdicts are the caller's. Only after Completion.</summary>
    public IEnumerable<Candidate> TakeQueued() => _link.TakeQueued();

    /// <summary>May be called again; the first call does the work.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        _link.Close();
        await _stop.CancelAsync();
        await _stream.DisposeAsync();
        try
        {
            await _completion;
        }
        catch (UpstreamException)
        {
            // Whoever watches Completion has seen it.
        }
        _stop.Dispose();
        _writeTurn.Dispose();
        Session.Dispose();
    }

    private async Task RunAsync()
    {
        ConnectionLoops loops = new(_link, _stream, FlushAsync);
        Task[] parts = [loops.ReadAsync(_stop.Token), loops.SubmitAsync(_stop.Token), loops.WatchAsync(_timings.Tick, _time, _stop.Token)];
        Task first = await Task.WhenAny(parts);
        await _stop.CancelAsync();
        await Task.WhenAll(parts).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await first;
        }
        catch (OperationCanceledException)
        {
            // Stopped from outside.
        }
        catch (Exception e) when (e is not UpstreamException)
        {
            throw new UpstreamException($"connection lost: {e.Message}", e);
        }
    }

    private async Task FlushAsync(WireBuffer output)
    {
        if (output.Length == 0)
        {
            return;
        }
        await _writeTurn.WaitAsync(_stop.Token);
        try
        {
            await _stream.WriteAsync(output.WrittenMemory, _stop.Token).AsTask()
                .WaitAsync(_timings.Write, _time, _stop.Token);
            output.Clear();
        }
        catch (TimeoutException)
        {
            throw new UpstreamException($"the pool has read nothing for {_timings.Write.TotalSeconds:F0} s");
        }
        finally
        {
            _writeTurn.Release();
        }
    }
}
