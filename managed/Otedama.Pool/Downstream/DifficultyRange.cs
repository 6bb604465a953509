namespace Otedama.Pool;

/// <summary>Where the difficulty of a connection may go now; Min &lt;= Max.</summary>
public readonly record struct DifficultyRange(double Min, double Max)
{
    /// <summary>A miner of which nothing is heard is not made easier than this.</summary>
    public double SilenceMin { get; init; }

    /// <summary>
    /// From 1 up only powers of two: some firmware counts in those and takes the next lower one, and would then send up to
    /// half of its shares in vain.
    /// </summary>
    public bool PowersOfTwo { get; init; }

    public bool IsCoarseAt(double difficulty) => PowersOfTwo && difficulty >= 1;

    /// <summary>The allowed difficulty nearest to the wanted one.</summary>
    public double Nearest(double wanted)
    {
        double value = Math.Max(Math.Min(wanted, Max), Min);
        if (!IsCoarseAt(value))
        {
            return value;
        }
        double power = Math.Pow(2, Math.Round(Math.Log2(value)));
        power = power > Max ? power / 2 : power < Min ? power * 2 : power;
        return power >= Min && power <= Max && power >= 1 ? power : value;
    }
}
