using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>While the node serves: one template after the other.</summary>
internal sealed partial class NodeClient
{
    /// <summary>Least time between two templates on the same tip, so that a long poll that never waits costs little.</summary>
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(250);

    /// <summary>Pause between questions to a node whose long poll does not wait for now: its next block ends that.</summary>
    private static readonly TimeSpan s_untilLongPollWaits = TimeSpan.FromMilliseconds(100);

    /// <summary>The node's newest; null while it does not serve.</summary>
    private Template? _template;

    /// <summary>False while the node answers a long poll at once although nothing is new.</summary>
    private bool _longPollWaits = true;

    private Pause _breath; // before the next is asked for
    private bool _isAsked; // the next one, since _askedAt
    private long _askedAt;
    private long _probedAt;
    private bool _missed; // the newest probe found another tip, which the long poll did not tell
    private Task<RpcAnswer>? _poll;
    private CancellationTokenSource? _pollEnd;

    private void Begin(Template template)
    {
        _template = template;
        _isAsked = false;
    }

    private void LeaveTemplate()
    {
        EndPoll();
        _template = null;
    }

    private async ValueTask<TimeSpan> FollowAsync(Template template, CancellationToken stop)
    {
        TimeSpan left = _breath.Left(_time);
        if (left > TimeSpan.Zero)
        {
            return left;
        }
        if (!_isAsked)
        {
            (_isAsked, _missed) = (true, false);
            _askedAt = _probedAt = _time.GetTimestamp();
        }
        (Template? next, TimeSpan pause) = template.LongPollId.Length > 0 && _longPollWaits
            ? await LongPollAsync(template, stop)
            : await PollAsync(template, stop);
        return next is null ? pause : Succeed(template, next);
    }

    /// <summary>Returns how long the next question has to wait.</summary>
    private TimeSpan Succeed(Template before, Template next)
    {
        TimeSpan breath = TimeSpan.Zero;
        if (next.PreviousHash != before.PreviousHash)
        {
            // A node that was just started answers every long poll at once until its first new block.
            SetLongPollWaits(next, true);
        }
        else if (_time.GetElapsedTime(_askedAt) < s_breath)
        {
            SetLongPollWaits(next, next.LongPollId != before.LongPollId);
            breath = s_breath;
        }
        _breath = Pause.Begin(_time, breath);
        Begin(next);
        return breath;
    }

    private void SetLongPollWaits(Template template, bool waits)
    {
        bool before = _longPollWaits;
        _longPollWaits = waits;
        Update(health => health with { LongPolls = template.LongPollId.Length > 0 && waits });
        if (before && !waits)
        {
            TemplateLog.LongPollNeverWaits(_logger, Name, s_untilLongPollWaits.TotalSeconds);
        }
    }

    private async ValueTask<Template> FetchAsync(CancellationToken stop) =>
        Take(await Rpc.CallAsync(TemplateRequest.Create(_options.Rules, "", _options.Payees?.Invoke()), _options.CallTimeout, stop));

    private Template Take(RpcAnswer answer)
    {
        using RpcAnswer reply = answer;
        Template template = _reader.Read(reply.Result, Name);
        if (_group.ProblemOf(this, template) is { } problem)
        {
            throw new TemplateException($"node {Name} {problem}");
        }
        bool returned = _health.State != NodeState.Ready;
        _backOff.Reset();
        Update(health => health with
        {
            State = NodeState.Ready,
            Height = template.Height - 1,
            BestBlock = template.PreviousHash,
            LongPolls = template.LongPollId.Length > 0 && _longPollWaits,
            NextAttemptAt = null,
            TemplatesServed = health.TemplatesServed + 1,
        });
        if (returned)
        {
            string ears = template.LongPollId.Length > 0 ? "long poll" : "asking again and again";
            TemplateLog.NodeReady(_logger, Name, template.Height, _health.Ear is { IsConnected: true } ? $"{ears} and ZMQ" : ears);
        }
        if (_group.OnTemplate(template))
        {
            Update(static health => health with { TemplatesUsed = health.TemplatesUsed + 1 });
        }
        if (returned)
        {
            _group.OnReturned(this);
        }
        return template;
    }

    /// <summary>The next template when there is one, else how long to wait for the poll before the next look.</summary>
    private async ValueTask<(Template? Next, TimeSpan Pause)> LongPollAsync(Template template, CancellationToken stop)
    {
        Task<RpcAnswer> poll = _poll ??= BeginPoll(template.LongPollId, stop);
        if (!poll.IsCompleted && !HeardOther(template))
        {
            TimeSpan left = _options.ProbeEvery - _time.GetElapsedTime(_probedAt);
            if (left > TimeSpan.Zero)
            {
                return (null, left);
            }
            bool moved = await ProbeAsync(stop) is { } best && best != template.PreviousHash;
            bool stuck = moved && _missed && !poll.IsCompleted;
            _missed = moved;
            if (!stuck)
            {
                return (null, poll.IsCompleted ? TimeSpan.Zero : _options.ProbeEvery);
            }
            TemplateLog.LongPollStuck(_logger, Name);
        }
        if (poll.IsCompleted)
        {
            _poll = null;
            EndPoll();
            return (Take(await poll), TimeSpan.Zero);
        }
        EndPoll(); // the node's tip moved but the poll did not say so
        return (await FetchAsync(stop), TimeSpan.Zero);
    }

    private Task<RpcAnswer> BeginPoll(string longPollId, CancellationToken stop)
    {
        _pollEnd = CancellationTokenSource.CreateLinkedTokenSource(stop);
        RpcRequest request = TemplateRequest.Create(_options.Rules, longPollId, _options.Payees?.Invoke());
        Task<RpcAnswer> poll = Rpc.CallAsync(request, _options.LongPollTimeout, _pollEnd.Token);
        if (!poll.IsCompleted)
        {
            poll.GetAwaiter().OnCompleted(Wake.Set);
        }
        return poll;
    }

    /// <summary>Leaves the poll alone, when there is one; nobody waits for its answer any more.</summary>
    private void EndPoll()
    {
        if (_poll is { } poll)
        {
            _pollEnd!.Cancel();
            _ = ForgetAsync(poll);
        }
        _pollEnd?.Dispose();
        (_poll, _pollEnd) = (null, null);
    }

    private static async Task ForgetAsync(Task<RpcAnswer> poll)
    {
        try
        {
            (await poll).Dispose();
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            // Its end was asked for.
        }
    }

    /// <summary>The next template as soon as one is worth fetching, else how long to wait before the next look.</summary>
    private async ValueTask<(Template? Next, TimeSpan Pause)> PollAsync(Template template, CancellationToken stop)
    {
        bool isBrief = template.LongPollId.Length > 0 && s_untilLongPollWaits < _options.PollEvery;
        TimeSpan pause = isBrief ? s_untilLongPollWaits : _options.PollEvery;
        if (!HeardOther(template))
        {
            TimeSpan left = pause - _time.GetElapsedTime(_probedAt);
            if (left > TimeSpan.Zero)
            {
                return (null, left);
            }
            bool moved = await ProbeAsync(stop) is { } best && best != template.PreviousHash;
            if (!moved && _time.GetElapsedTime(_askedAt) < _options.PollTemplateEvery)
            {
                return (null, pause);
            }
        }
        return (await FetchAsync(stop), TimeSpan.Zero);
    }

    /// <summary>True when the node published a block that the template does not build on.</summary>
    private bool HeardOther(Template template) => _health.BlockHeard is { } block && block != template.PreviousHash;

    /// <summary>Asks for the best block; null when the answer is not a hash.</summary>
    private async ValueTask<Hash256?> ProbeAsync(CancellationToken stop)
    {
        long asked = _probedAt = _time.GetTimestamp();
        using RpcAnswer reply = await Rpc.CallAsync(RpcRequest.Create("getbestblockhash"), _options.CallTimeout, stop);
        double latencyMs = _time.GetElapsedTime(asked).TotalMilliseconds;
        Update(health => health with { LatencyMs = latencyMs });
        string text = new JsonValue(reply.Result).GetText(2 * Hash256.Size);
        return text.Length == 2 * Hash256.Size && text.All(char.IsAsciiHexDigit) ? Hash256.FromDisplay(text) : null;
    }
}
