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

    /// <summary>False while the node answers a long poll at once although nothing is new.</summary>
    private bool _longPollWaits = true;

    private async Task ServeAsync()
    {
        _longPollWaits = true;
        Template template = await FetchAsync("", _options.CallTimeout, _stop.Token);
        while (true)
        {
            long asked = _time.GetTimestamp();
            Template? next = template.LongPollId.Length > 0 && _longPollWaits
                ? await LongPollAsync(template)
                : await PollAsync(template);
            next ??= await FetchAsync("", _options.CallTimeout, _stop.Token);
            if (next.PreviousHash != template.PreviousHash)
            {
                // A node that was just started answers every long poll at once until its first new block.
                SetLongPollWaits(next, true);
            }
            else if (_time.GetElapsedTime(asked) < s_breath)
            {
                SetLongPollWaits(next, next.LongPollId != template.LongPollId);
                await Task.Delay(s_breath, _time, _stop.Token);
            }
            template = next;
        }
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

    private async Task<Template> FetchAsync(string longPollId, TimeSpan timeout, CancellationToken stop)
    {
        using RpcAnswer reply = await Rpc.CallAsync(TemplateRequest.Create(_options.Rules, longPollId, _options.Payees?.Invoke()), timeout, stop);
        Template template = _reader.Read(reply.Result, Name);
        if (Problem(this, template) is { } problem)
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
        if (Arrived(template))
        {
            Update(static health => health with { TemplatesUsed = health.TemplatesUsed + 1 });
        }
        if (returned)
        {
            Returned(this);
        }
        return template;
    }

    /// <summary>Null when the node's tip moved but the poll did not say so.</summary>
    private async Task<Template?> LongPollAsync(Template template)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Task<Template> poll = FetchAsync(template.LongPollId, _options.LongPollTimeout, end.Token);
        try
        {
            bool missed = false;
            while (true)
            {
                Task<bool> news = _news.WaitAsync(_options.ProbeEvery, end.Token);
                await Task.WhenAny(poll, news);
                if (poll.IsCompleted)
                {
                    return await poll;
                }
                if (await news)
                {
                    if (HeardOther(template))
                    {
                        return null;
                    }
                    continue;
                }
                bool moved = await ProbeAsync() is { } best && best != template.PreviousHash;
                if (moved && missed)
                {
                    TemplateLog.LongPollStuck(_logger, Name);
                    return null;
                }
                missed = moved;
            }
        }
        finally
        {
            await end.CancelAsync();
            await ((Task)poll).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Returns null as soon as a new template is worth fetching.</summary>
    private async Task<Template?> PollAsync(Template template)
    {
        long started = _time.GetTimestamp();
        bool isBrief = template.LongPollId.Length > 0 && s_untilLongPollWaits < _options.PollEvery;
        TimeSpan pause = isBrief ? s_untilLongPollWaits : _options.PollEvery;
        while (_time.GetElapsedTime(started) < _options.PollTemplateEvery)
        {
            if (await _news.WaitAsync(pause, _stop.Token) ? HeardOther(template) : await ProbeAsync() is { } best && best != template.PreviousHash)
            {
                break;
            }
        }
        return null;
    }

    /// <summary>True when the node published a block that the template does not build on.</summary>
    private bool HeardOther(Template template) => _health.BlockHeard is { } block && block != template.PreviousHash;

    /// <summary>Asks for the best block; null when the answer is not a hash.</summary>
    private async Task<Hash256?> ProbeAsync()
    {
        long asked = _time.GetTimestamp();
        using RpcAnswer reply = await Rpc.CallAsync(RpcRequest.Create("getbestblockhash"), _options.CallTimeout, _stop.Token);
        double latencyMs = _time.GetElapsedTime(asked).TotalMilliseconds;
        Update(health => health with { LatencyMs = latencyMs });
        string text = new JsonValue(reply.Result).GetText(2 * Hash256.Size);
        return text.Length == 2 * Hash256.Size && text.All(char.IsAsciiHexDigit) ? Hash256.FromDisplay(text) : null;
    }
}
