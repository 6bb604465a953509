using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// What one connection to a pool does with what it receives, is given to submit, and hears from the clock: steps around one
/// session, with neither a socket nor a loop. A step throws UpstreamException when the connection is to end.
/// </summary>
internal sealed class StratumLink(StratumSession session, StratumTimings timings, TimeProvider time, ILogger logger) : IPoolLink
{
    /// <summary>Candidates waiting for a place in the submit window; beyond it the worker is told at once.</summary>
    private const int QueueCapacity = 256;

    private readonly Channel<Candidate> _queue = Channel.CreateBounded<Candidate>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly LineFramer _framer = new(LineFramer.PoolLineBytesMax);
    private int _queued;
    private bool _pinged;

    public StratumSession Session => session;

    public bool IsMoving => session.Reconnect is not null;

    public WireBuffer Outgoing => session.Outgoing;

    public Task Ready => session.Ready;

    /// <summary>Submits without a verdict. Any thread.</summary>
    public int Unanswered => Volatile.Read(ref _queued) + session.Unanswered;

    /// <summary>Never blocks. False: the queue is full, or the connection is gone. Any thread.</summary>
    public bool TrySubmit(in Candidate candidate)
    {
        Interlocked.Increment(ref _queued);
        if (_queue.Writer.TryWrite(candidate))
        {
            return true;
        }
        Interlocked.Decrement(ref _queued);
        return false;
    }

    /// <summary>Takes no more candidates. Any thread.</summary>
    public void Close() => _queue.Writer.TryComplete();

    /// <summary>
    /// What was queued but never written; its verdicts are the caller's. Only after Close, when nobody submits.
    /// </summary>
    public IEnumerable<Candidate> TakeQueued()
    {
        while (_queue.Reader.TryRead(out Candidate candidate))
        {
            Interlocked.Decrement(ref _queued);
            yield return candidate;
        }
    }

    public void Receive(ReadOnlySpan<byte> received)
    {
        if (received.IsEmpty)
        {
            throw new UpstreamException("the pool closed the connection");
        }
        while (!IsMoving)
        {
            switch (_framer.Next(ref received, out ReadOnlySpan<byte> line))
            {
                case LineStatus.Line:
                    session.OnLine(line);
                    break;
                case LineStatus.TooLong:
                    throw new UpstreamException($"the pool sent a line of more than {LineFramer.PoolLineBytesMax} bytes");
                default:
                    return;
            }
        }
    }

    public void Resend(WireBuffer output) => session.Resend(output);

    public ValueTask<bool> WaitForCandidateAsync(CancellationToken cancellation) => _queue.Reader.WaitToReadAsync(cancellation);

    public Task WhenPlaceAsync(CancellationToken cancellation) => session.WhenPlaceAsync(cancellation);

    public bool SubmitQueued(WireBuffer output)
    {
        while (_queue.Reader.TryPeek(out _))
        {
            if (!session.TryTakePlace())
            {
                return true; // replies free places
            }
            if (_queue.Reader.TryRead(out Candidate candidate))
            {
                session.Submit(candidate, output);
                Interlocked.Decrement(ref _queued);
            }
        }
        return false;
    }

    public void Tick(WireBuffer output)
    {
        long now = time.GetTimestamp();
        session.Expire(now - (long)(timings.SubmitReply.TotalSeconds * time.TimestampFrequency));
        ThrowWhenIdle(now);
        TimeSpan silent = time.GetElapsedTime(session.LastHeardAt, now);
        if (silent < timings.PingAfter)
        {
            _pinged = false;
        }
        else if (!_pinged)
        {
            _pinged = true;
            RigLog.Silent(logger, silent.TotalSeconds);
            StratumRequests.Ping(output, StratumSession.PingId);
        }
    }

    /// <summary>A pool that does not say a word, or gives nothing to do: either way nothing is earned here.</summary>
    private void ThrowWhenIdle(long now)
    {
        TimeSpan silent = time.GetElapsedTime(session.LastHeardAt, now);
        TimeSpan idle = time.GetElapsedTime(session.LastWorkAt, now);
        if (!session.FirstJob.IsCompleted && session.ReadyAt is long at && time.GetElapsedTime(at, now) >= timings.FirstJob)
        {
            string why = session.Problem.Length > 0 ? $"sends no job that can be used ({session.Problem})" : "sends no job";
            throw new UpstreamException($"it accepts us but {why} within {timings.FirstJob.TotalSeconds:F0} s", UpstreamFault.Silence);
        }
        if (silent >= timings.SilentAfter)
        {
            throw new UpstreamException($"not a word from the pool for {silent.TotalSeconds:F0} s", UpstreamFault.Silence);
        }
        if (idle >= timings.ReconnectAfter)
        {
            throw new UpstreamException($"no new job for {idle.TotalSeconds:F0} s", UpstreamFault.Silence);
        }
    }
}
