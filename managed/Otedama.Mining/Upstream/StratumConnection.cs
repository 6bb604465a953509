using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// One connection to a pool: a reader, a submitter and a watchdog over one session. The first of them to fail ends all
/// three, and Completion says why.
/// </summary>
internal sealed class StratumConnection : IAsyncDisposable
{
    /// <summary>Candidates waiting for a place in the submit window; beyond it the worker is told at once.</summary>
    private const int QueueCapacity = 256;

    private readonly Stream _stream;
    private readonly StratumSession _session;
    private readonly StratumTimings _timings;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop;
    private readonly SemaphoreSlim _writeTurn = new(1, 1);
    private readonly Channel<Candidate> _queue = Channel.CreateBounded<Candidate>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private Task _completion = Task.CompletedTask;
    private int _queued;
    private bool _pinged;
    private int _disposed;

    private StratumConnection(
        Stream stream, StratumSession session, StratumTimings timings, TimeProvider clock, ILogger log, CancellationToken cancellation)
    {
        _stream = stream;
        _session = session;
        _timings = timings;
        _clock = clock;
        _log = log;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        OpenedAt = clock.GetTimestamp();
    }

    public long OpenedAt { get; }

    public StratumSession Session => _session;

    /// <summary>Faults with UpstreamException when the connection is lost; ends well when the pool asked us to move or we stopped.</summary>
    public Task Completion => _completion;

    /// <summary>Submits without a verdict.</summary>
    public int Unanswered => Volatile.Read(ref _queued) + _session.Unanswered;

    /// <summary>
    /// Connects, greets, and returns when the pool has accepted us. Throws UpstreamException in words an operator can
    /// act on.
    /// </summary>
    public static async Task<StratumConnection> OpenAsync(
        PoolUrl url, StratumSession session, StratumTimings timings, TimeProvider clock, ILogger log, CancellationToken cancellation)
    {
        Stream stream = await PoolDialer.ConnectAsync(
            url, timings, session.AddressLast, address => session.Address = address, clock, cancellation).ConfigureAwait(false);
        StratumConnection connection = new(stream, session, timings, clock, log, cancellation);
        try
        {
            session.Greet();
            await connection.FlushAsync(session.Outgoing).ConfigureAwait(false);
            connection._completion = connection.RunAsync();
            Task first = await Task.WhenAny(session.Ready, connection._completion)
                .WaitAsync(timings.Handshake, clock, cancellation).ConfigureAwait(false);
            await first.ConfigureAwait(false);
            if (!session.Ready.IsCompletedSuccessfully && session.Reconnect is null)
            {
                throw new UpstreamException("the pool closed the connection before it accepted us");
            }
            return connection;
        }
        catch (TimeoutException)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new UpstreamException(
                $"no answer to subscribe and authorize within {timings.Handshake.TotalSeconds:F0} s; is this a Stratum port?");
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Never blocks. False: the queue is full, or the connection is gone.</summary>
    public bool TrySubmit(in Candidate candidate)
    {
        Interlocked.Increment(ref _queued);
        if (!_stop.IsCancellationRequested && _queue.Writer.TryWrite(candidate))
        {
            return true;
        }
        Interlocked.Decrement(ref _queued);
        return false;
    }

    /// <summary>What was queued but never written; its verdicts are the caller's. Only after Completion.</summary>
    public IEnumerable<Candidate> TakeQueued()
    {
        while (_queue.Reader.TryRead(out Candidate candidate))
        {
            Interlocked.Decrement(ref _queued);
            yield return candidate;
        }
    }

    /// <summary>May be called again; the first call does the work.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        _queue.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _completion.ConfigureAwait(false);
        }
        catch (UpstreamException)
        {
            // Whoever watches Completion has seen it.
        }
        _stop.Dispose();
        _writeTurn.Dispose();
        _session.Dispose();
    }

    private async Task RunAsync()
    {
        Task[] parts = [ReadAsync(), SubmitAsync(), WatchAsync()];
        Task first = await Task.WhenAny(parts).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(parts).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        try
        {
            await first.ConfigureAwait(false);
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

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[16 * 1024];
        LineFramer framer = new(LineFramer.PoolLineBytesMax);
        while (_session.Reconnect is null)
        {
            int read = await _stream.ReadAsync(buffer, _stop.Token).ConfigureAwait(false);
            if (read == 0)
            {
                throw new UpstreamException("the pool closed the connection");
            }
            TakeLines(framer, buffer.AsSpan(0, read));
            if (_session.Outgoing.Length > 0)
            {
                await FlushAsync(_session.Outgoing).ConfigureAwait(false);
            }
        }
    }

    private void TakeLines(LineFramer framer, ReadOnlySpan<byte> received)
    {
        while (_session.Reconnect is null)
        {
            switch (framer.Next(ref received, out ReadOnlySpan<byte> line))
            {
                case LineStatus.Line:
                    _session.OnLine(line);
                    break;
                case LineStatus.TooLong:
                    throw new UpstreamException($"the pool sent a line of more than {LineFramer.PoolLineBytesMax} bytes");
                default:
                    return;
            }
        }
    }

    private async Task SubmitAsync()
    {
        await _session.Ready.WaitAsync(_stop.Token).ConfigureAwait(false);
        WireBuffer output = new();
        await _session.ResendAsync(output, _stop.Token).ConfigureAwait(false);
        await FlushAsync(output).ConfigureAwait(false);
        while (await _queue.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
        {
            while (_queue.Reader.TryPeek(out _))
            {
                Task place = _session.WaitForPlaceAsync(_stop.Token);
                if (!place.IsCompleted)
                {
                    await FlushAsync(output).ConfigureAwait(false); // replies free places, so let them come
                }
                await place.ConfigureAwait(false);
                if (!_queue.Reader.TryRead(out Candidate candidate))
                {
                    break; // unreachable: this is the only reader
                }
                _session.Submit(candidate, output);
                Interlocked.Decrement(ref _queued);
            }
            await FlushAsync(output).ConfigureAwait(false);
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token).ConfigureAwait(false);
    }

    private async Task WatchAsync()
    {
        WireBuffer output = new();
        while (true)
        {
            await Task.Delay(_timings.Tick, _clock, _stop.Token).ConfigureAwait(false);
            long now = _clock.GetTimestamp();
            _session.Expire(now - (long)(_timings.SubmitReply.TotalSeconds * _clock.TimestampFrequency));
            ThrowWhenIdle(now);
            TimeSpan silent = _clock.GetElapsedTime(_session.LastHeardAt, now);
            if (silent < _timings.PingAfter)
            {
                _pinged = false;
            }
            else if (!_pinged)
            {
                _pinged = true;
                RigLog.Silent(_log, silent.TotalSeconds);
                StratumRequests.Ping(output, StratumSession.PingId);
                await FlushAsync(output).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A pool that does not say a word, or gives nothing to do: either way nothing is earned here.</summary>
    private void ThrowWhenIdle(long now)
    {
        TimeSpan silent = _clock.GetElapsedTime(_session.LastHeardAt, now);
        TimeSpan idle = _clock.GetElapsedTime(_session.LastWorkAt, now);
        if (!_session.FirstJob.IsCompleted && _session.ReadyAt is long at && _clock.GetElapsedTime(at, now) >= _timings.FirstJob)
        {
            string why = _session.Problem.Length > 0 ? $"sends no job that can be used ({_session.Problem})" : "sends no job";
            throw new UpstreamException($"it accepts us but {why} within {_timings.FirstJob.TotalSeconds:F0} s", UpstreamFault.Silence);
        }
        if (silent >= _timings.SilentAfter)
        {
            throw new UpstreamException($"not a word from the pool for {silent.TotalSeconds:F0} s", UpstreamFault.Silence);
        }
        if (idle >= _timings.ReconnectAfter)
        {
            throw new UpstreamException($"no new job for {idle.TotalSeconds:F0} s", UpstreamFault.Silence);
        }
    }

    private async Task FlushAsync(WireBuffer output)
    {
        if (output.Length == 0)
        {
            return;
        }
        await _writeTurn.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            await _stream.WriteAsync(output.WrittenMemory, _stop.Token).AsTask()
                .WaitAsync(_timings.Write, _clock, _stop.Token).ConfigureAwait(false);
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
