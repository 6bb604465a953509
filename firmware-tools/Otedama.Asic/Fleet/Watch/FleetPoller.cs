using System.Collections.Concurrent;

namespace Otedama.Asic;

/// <summary>How often devices are asked.</summary>
public sealed record FleetPollOptions
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For devices that do as they always do, where there are more than CrowdLeast.</summary>
    public TimeSpan SlowInterval { get; init; } = TimeSpan.FromSeconds(60);

    public int CrowdLeast { get; init; } = 500;

    /// <summary>Requests under way at once, over all devices; never more than one to a device.</summary>
    public int Concurrency { get; init; } = 64;

    /// <summary>Of one request as a whole.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Asks one device; throws FleetException when it cannot be read.</summary>
public delegate Task<FleetReading> FleetRead(CancellationToken cancel);

/// <summary>
/// Decides who is asked when: each device once an interval, spread over it by its address, one request at a time; who
/// does not answer is asked less often. Step is called by one loop; it starts requests and takes what came of them.
/// </summary>
public sealed class FleetPoller(FleetWatch watch, FleetPollOptions options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Polled> _devices = [];
    private readonly PriorityQueue<Polled, DateTimeOffset> _due = new();
    // filled by requests' ends
    private readonly ConcurrentQueue<(Polled Device, FleetReading? Reading, string Problem)> _done = new();
    private readonly SemaphoreSlim _ended = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time = clock;
    private int _underWay;

    public int Count => _devices.Count;

    public int UnderWay => _underWay;

    /// <summary>Answers and misses since the start.</summary>
    public long Answers { get; private set; }

    public long Misses { get; private set; }

    /// <summary>False when the fleet is full. A device that is known already gets the new way of asking.</summary>
    public bool Add(string address, string group, FleetRead read)
    {
        if (!watch.Expect(address, group))
        {
            return false;
        }
        if (_devices.TryGetValue(address, out Polled? known))
        {
            known.Read = read;
            return true;
        }
        Polled device = new(address, read);
        _devices.Add(address, device);
        // Spread over the interval by the address, the same at every start.
        uint place = Core.Crc32C.Of(System.Text.Encoding.UTF8.GetBytes(address));
        _due.Enqueue(device, _time.GetUtcNow() + (options.Interval * (place / (double)uint.MaxValue)));
        return true;
    }

    /// <summary>One round. Returns how long the next may wait unless a request ends before.</summary>
    public TimeSpan Step()
    {
        while (_done.TryDequeue(out (Polled Device, FleetReading? Reading, string Problem) end))
        {
            Take(end.Device, end.Reading, end.Problem);
        }
        DateTimeOffset now = _time.GetUtcNow();
        while (_underWay < options.Concurrency && _due.TryPeek(out Polled? device, out DateTimeOffset at) && at <= now)
        {
            _due.Dequeue();
            _underWay++;
            device.StartedAt = now;
            _ = AskAsync(device);
        }
        if (_underWay >= options.Concurrency || !_due.TryPeek(out _, out DateTimeOffset next))
        {
            return s_longest;
        }
        return next <= now ? TimeSpan.Zero : next - now < s_longest ? next - now : s_longest;
    }

    /// <summary>Waits as long as Step said, or until a request ends.</summary>
    public async Task WaitAsync(TimeSpan pause, CancellationToken cancel)
    {
        if (pause > TimeSpan.Zero)
        {
            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            Task delay = Task.Delay(pause, _time, end.Token);
            await Task.WhenAny(_ended.WaitAsync(end.Token), delay);
            end.Cancel();
        }
        while (_ended.Wait(0, CancellationToken.None))
        {
            // One step takes all that ended.
        }
        cancel.ThrowIfCancellationRequested();
    }

    /// <summary>Ends the requests under way.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task AskAsync(Polled device)
    {
        FleetReading? reading = null;
        string problem = "";
        try
        {
            using CancellationTokenSource timeout = new(options.Timeout, _time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token,
                _stop.Token);
            reading = await device.Read(either.Token);
        }
        catch (FleetException e)
        {
            problem = e.Message;
        }
        catch (OperationCanceledException)
        {
            problem = $"no answer within {options.Timeout.TotalSeconds:0} s";
        }
        catch (Exception e)
        {
            // A driver that stumbles over one device's reply must not stop the others' watch.
            problem = $"its reply was not understood ({e.GetType().Name}: {e.Message})";
        }
        _done.Enqueue((device, reading, problem));
        _ended.Release();
    }

    private void Take(Polled device, FleetReading? reading, string problem)
    {
        _underWay--;
        TimeSpan interval = options.Interval;
        if (reading is not null)
        {
            (device.Misses, Answers) = (0, Answers + 1);
            Judge(device, reading);
            interval = _devices.Count > options.CrowdLeast && watch.IsStable(device.Address) ? options.SlowInterval
                : interval;
        }
        else
        {
            (device.Misses, Misses) = (device.Misses + 1, Misses + 1);
            watch.Miss(device.Address, problem);
            interval = device.Misses > 10 ? options.SlowInterval : device.Misses > 3 ? options.Interval * 3 : interval;
        }
        // From when it was asked, so that slow answers do not make it rarer; and never at once again.
        DateTimeOffset now = _time.GetUtcNow(), next = device.StartedAt + interval;
        _due.Enqueue(device, next > now ? next : now + (options.Interval / 10));
    }

    /// <summary>What one device says must not end the watch over the others, whatever is wrong with it.</summary>
    private void Judge(Polled device, FleetReading reading)
    {
        try
        {
            watch.Take(device.Address, reading);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            watch.Miss(device.Address, $"what it says could not be judged ({e.GetType().Name}: {e.Message})");
        }
    }

    private sealed class Polled(string address, FleetRead read)
    {
        public string Address { get; } = address;

        public FleetRead Read { get; set; } = read;

        public int Misses { get; set; }

        public DateTimeOffset StartedAt { get; set; }
    }
}
