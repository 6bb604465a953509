namespace Otedama.Asic;

/// <summary>What one chip did in the present window.</summary>
internal sealed class ChipTally(int index, int address)
{
    /// <summary>Cores a nonce can name.</summary>
    public const int CoresMax = 128;

    /// <summary>Under this part of what is expected a chip may be weak.</summary>
    private const double WeakRatio = 0.7;

    /// <summary>As rare as this by chance, and it is.</summary>
    private const double WeakChance = 1e-6;

    /// <summary>A chip's own temperature is no longer true after this.</summary>
    private static readonly TimeSpan s_celsiusAge = TimeSpan.FromSeconds(30);

    /// <summary>What a working chip can have; anything else its thermometer does not mean.</summary>
    private const double CelsiusLeast = -40, CelsiusMost = 150;

    /// <summary>A window ends here: old sins are forgotten, new ones show within hours.</summary>
    private const double WindowMax = 2000;

    private readonly long[] _cores = new long[CoresMax];
    private long _nonces, _errors;
    private double _expected;
    private uint? _counter;
    private long _counterAt;
    private uint? _errorCountAtFirst;
    private long? _ownErrors;
    private double? _celsius;
    private long _celsiusAt;

    public int Index { get; } = index;

    public int Address { get; } = address;

    public bool IsWeak { get; private set; }

    /// <summary>Hashes a second by the counter.</summary>
    public double? CounterHashrate { get; private set; }

    public void OnNonce(int core)
    {
        _nonces++;
        _cores[core]++;
    }

    public void OnError() => _errors++;

    public void Expect(double nonces) => _expected += nonces;

    /// <summary>The counter of hashes, in units of 2^32. True when it moved.</summary>
    public bool OnCounter(uint value, long now, TimeProvider time)
    {
        bool moved = _counter is uint before && before != value;
        double seconds = time.GetElapsedTime(_counterAt, now).TotalSeconds;
        if (_counter is uint last)
        {
            if (seconds < 1)
            {
                return moved;
            }
            CounterHashrate = unchecked(value - last) * 4294967296.0 / seconds;
        }
        (_counter, _counterAt) = (value, now);
        return moved;
    }

    /// <summary>Its count of errors, which goes on from wherever it was.</summary>
    public void OnErrorCount(uint value)
    {
        _errorCountAtFirst ??= value;
        _ownErrors = unchecked(value - _errorCountAtFirst.Value);
    }

    public void OnCelsius(double celsius, long now)
    {
        if (celsius is >= CelsiusLeast and <= CelsiusMost)
        {
            (_celsius, _celsiusAt) = (celsius, now);
        }
    }

    /// <summary>Its own temperature; null = it has not said one lately.</summary>
    public double? CelsiusAt(long now, TimeProvider time) =>
        time.GetElapsedTime(_celsiusAt, now) <= s_celsiusAge ? _celsius : null;

    /// <summary>Judges the window. True when the chip has just turned out weak.</summary>
    public bool Judge()
    {
        bool was = IsWeak;
        IsWeak = _nonces < WeakRatio * _expected && Poisson.AtMost(_nonces, _expected) < WeakChance;
        if (_expected > WindowMax)
        {
            (_nonces, _errors, _expected) = (0, 0, 0);
        }
        return IsWeak && !was;
    }

    public ChipReport ToReport() => new(Index, Address, _nonces, _expected, _errors, CounterHashrate, IsWeak)
    {
        OwnErrors = _ownErrors,
        Celsius = _celsius,
    };

    /// <summary>Good nonces of each core since the chip was brought up.</summary>
    public long[] CoreNonces() => [.. _cores];
}
