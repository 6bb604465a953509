using System.Text.Json;

namespace Otedama.Asic;

/// <summary>What all drivers share: bounded time, and faults turned into outcomes.</summary>
public abstract class FleetDriver(FleetTransport transport) : IFleetDriver
{
    private static readonly TimeSpan s_read = TimeSpan.FromSeconds(10);

    /// <summary>A change of pools may wait 90 s and restart the device twice.</summary>
    private static readonly TimeSpan s_order = TimeSpan.FromSeconds(180);

    public abstract string Name { get; }

    public abstract FleetAbilities Abilities { get; }

    /// <summary>The longest that an order may take on one device.</summary>
    public static TimeSpan OrderWithin => s_order;

    protected FleetTransport Transport => transport;

    /// <summary>What has to be configured before anything can be written; null = nothing.</summary>
    protected virtual string? Key => null;

    /// <summary>Pools it keeps.</summary>
    protected virtual int PoolsMost => 8;

    public abstract FleetMatch? Recognise(FleetSigns signs);

    public async Task<FleetReading> ReadAsync(FleetTarget target, CancellationToken cancel)
    {
        using CancellationTokenSource deadline = new(s_read, transport.Clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            return await LookAsync(target, both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new FleetException(
                FleetFault.Timeout, At(target), $"{At(target)}: not read in {s_read.TotalSeconds:0} s.");
        }
    }

    public virtual Task<FleetTuning> TuningAsync(FleetTarget target, CancellationToken cancel) =>
        Task.FromResult(new FleetTuning());

    public FleetOutcome? RefusalOf(FleetTarget target, FleetOrder order)
    {
        if ((Abilities & order.Needs) == 0)
        {
            return new FleetOutcome(FleetResult.Unsupported, $"{At(target)}: the driver {Name} cannot {order.Words}.");
        }
        if (Key is { } key && target.Credentials is null)
        {
            return new FleetOutcome(FleetResult.Denied, $"{At(target)}: writing needs {key} and none is configured.");
        }
        return order is SetPoolsOrder set && PoolsRefused(set.Pools) is { } refused
            ? new FleetOutcome(FleetResult.Refused, $"{At(target)}: {refused}") : null;
    }

    public async Task<FleetOutcome> DoAsync(FleetTarget target, FleetOrder order, CancellationToken cancel)
    {
        if (RefusalOf(target, order) is { } refused)
        {
            return refused;
        }
        using CancellationTokenSource deadline = new(s_order, transport.Clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            return await CarryOutAsync(target, order, both.Token);
        }
        catch (FleetException e)
        {
            return new FleetOutcome(ResultOf(e.Fault), e.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new FleetOutcome(
                FleetResult.Unknown, $"{At(target)}: {order.Words} was not finished in {s_order.TotalSeconds:0} s. "
                    + $"Read the device before anything else.");
        }
    }

    /// <summary>Why it would not take these pools; null = it would.</summary>
    protected virtual string? PoolsRefused(IReadOnlyList<FleetPool> pools) =>
        FleetDriverRules.PoolsRefused(pools, PoolsMost);

    /// <summary>host:port this driver asks first.</summary>
    protected abstract string At(FleetTarget target);

    protected abstract Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel);

    protected abstract Task<FleetOutcome> CarryOutAsync(FleetTarget target, FleetOrder order, CancellationToken cancel);

    protected static FleetResult ResultOf(FleetFault fault) => fault switch
    {
        FleetFault.Denied => FleetResult.Denied,
        FleetFault.Unsupported => FleetResult.Unsupported,
        FleetFault.Unreachable => FleetResult.Unreachable,
        FleetFault.Unknown or FleetFault.Timeout or FleetFault.Truncated or FleetFault.TooBig or FleetFault.Malformed =>
            FleetResult.Unknown,
        _ => FleetResult.Failed,
    };

    protected static FleetOutcome Done(string sentence) => new(FleetResult.Done, sentence);

    protected Task DelayAsync(double seconds, CancellationToken cancel) =>
        Task.Delay(TimeSpan.FromSeconds(seconds), transport.Clock, cancel);

    /// <summary>
    /// Asks until it is so or the time is over; a device that does not answer meanwhile is asked again.
    /// </summary>
    protected async Task<bool> UntilAsync(Func<Task<bool>> isSo, double seconds, CancellationToken cancel)
    {
        long began = transport.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                if (await isSo())
                {
                    return true;
                }
            }
            catch (FleetException)
            {
                // It restarts.
            }
            if (transport.Clock.GetElapsedTime(began).TotalSeconds >= seconds)
            {
                return false;
            }
            await DelayAsync(1, cancel);
        }
    }

    /// <summary>Body of a web reply as JSON. Throws FleetException for refusals and what cannot be read.</summary>
    protected (JsonElement Root, TolerantReply Reply) Json(FleetTarget target, WebReply reply, string what)
    {
        string at = target.At(target.Ports.Web);
        if (reply.Status is 401 or 403)
        {
            throw new FleetException(FleetFault.Denied, at, Refusal(target, at));
        }
        if (reply.Status == 404)
        {
            throw new FleetException(FleetFault.Unsupported, at, $"{at}: it does not know {what}.");
        }
        if (!reply.IsGood)
        {
            throw new FleetException(FleetFault.Device, at, $"{at}: {what} was answered with HTTP {reply.Status}.");
        }
        TolerantReply body = TolerantJson.Read(reply.Body);
        if (body.Root is not { } root || body.Truncated)
        {
            throw new FleetException(
                body.Truncated ? FleetFault.Truncated : FleetFault.Malformed, at,
                $"{at}: the reply to {what} cannot be read: {body.Problem} (at byte {body.Offset} of "
                    + $"{reply.Body.Length}).");
        }
        return (root, body);
    }

    /// <summary>What to say when it lets this machine or password not in.</summary>
    protected virtual string Refusal(FleetTarget target, string at) => target.Credentials is null
        ? $"{at}: it wants a user and password and none is configured."
            : $"{at}: it does not take the configured user and password.";
}
