namespace Otedama;

/// <summary>
/// What a long verb is doing, on standard error. At a terminal one line that is written over; elsewhere a plain line for
/// what has taken ten seconds, and again every ten. Owned by one thread; a timer repeats the line.
/// </summary>
internal sealed class Progress : IDisposable
{
    private const int Columns = 79;

    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(10);

    private readonly Surroundings _outside;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private string _what = "";
    private Func<double>? _done;
    private long _since;
    private bool _shown; // something stands on the terminal's line

    public Progress(Surroundings outside)
    {
        _outside = outside;
        _timer = outside.Clock.CreateTimer(_ => Remind(), null, s_step, s_step);
    }

    /// <summary>Says what is done from now on.</summary>
    public void Begin(string what) => Begin(what, null);

    /// <param name="done">How far it is, 0 to 1; null where nobody knows.</param>
    public void Begin(string what, Func<double>? done)
    {
        lock (_gate)
        {
            (_what, _done, _since) = (what, done, _outside.Clock.GetTimestamp());
            if (_outside.ErrorIsTerminal)
            {
                Show($"{what} ...");
            }
        }
    }

    /// <summary>Takes the line off a terminal, so that an answer can be printed.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            if (_shown)
            {
                _outside.Error.Write("\r" + new string(' ', Columns) + "\r");
                _shown = false;
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Clear();
    }

    private void Remind()
    {
        lock (_gate)
        {
            if (_what.Length == 0)
            {
                return;
            }
            string part = _done is { } done ? string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{100 * done():0} %, ") : "";
            string line = $"{_what} ... {part}{Units.Duration(_outside.Clock.GetElapsedTime(_since).TotalSeconds)}";
            if (_outside.ErrorIsTerminal)
            {
                Show(line);
            }
            else
            {
                _outside.Error.WriteLine(line);
            }
        }
    }

    private void Show(string line)
    {
        string cut = line.Length <= Columns ? line : line[..(Columns - 1)] + "…";
        _outside.Error.Write("\r" + cut.PadRight(Columns));
        _shown = true;
    }
}
