namespace Otedama.Asic;

/// <summary>
/// What a family's PLL can be set to: f = 25 MHz x fb / (ref x p1 x p2).
/// </summary>
/// <param name="FeedbackMin">Least multiplier.</param>
/// <param name="FeedbackMax">Greatest multiplier; fits one byte.</param>
/// <param name="VcoMax">Greatest 25 fb / ref, MHz; null = by the multiplier alone.</param>
/// <param name="VcoMin">Least 25 fb / ref, MHz; null = by the multiplier alone.</param>
/// <param name="PlainPost">Dividers are stored as they are (BM1397); else each less one.</param>
public sealed record PllRange(int FeedbackMin, int FeedbackMax, double? VcoMin, double? VcoMax, bool PlainPost)
{
    /// <summary>MHz of the crystal.</summary>
    public const double Crystal = 25;

    /// <summary>Where the setting is written.</summary>
    public byte Register { get; init; } = 0x08;

    /// <summary>The flag byte; null = 40, and 50 from a VCO of 2400 MHz on where dividers are stored less
    /// one.</summary>
    public byte? Flag { get; init; }

    /// <summary>The dividers that are used, the first that is for the clock; null = whatever comes nearest.</summary>
    public IReadOnlyList<PllDividers>? Only { get; init; }

    /// <summary>From this VCO on, MHz, the flag byte is 50 instead of 40; not on BM1397.</summary>
    private const double HighVco = 2400;

    /// <summary>Differences below this many MHz are none: doubles of exact quarters.</summary>
    private const double Same = 1e-9;

    /// <summary>
    /// The setting nearest to a clock, by (error, VCO, product of dividers). Throws ArgumentOutOfRangeException for a
    /// clock that is not a positive number.
    /// </summary>
    public PllSetting Nearest(double megahertz)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(megahertz);
        // no clock of this world; keeps the product in an int
        ArgumentOutOfRangeException.ThrowIfGreaterThan(megahertz, 10_000);
        if (Only?.FirstOrDefault(one => megahertz < one.Below) is { } dividers)
        {
            double wanted = megahertz * dividers.Reference * dividers.First * dividers.Second / Crystal;
            int feedback = (int)Math.Clamp(Math.Round(wanted, MidpointRounding.AwayFromZero), FeedbackMin, FeedbackMax);
            return new PllSetting(this, feedback, dividers.Reference, dividers.First, dividers.Second);
        }
        return Search(megahertz, clamps: false) ?? Search(megahertz, clamps: true)!;
    }

    /// <summary>clamps: take the nearest multiplier in range where the best one is not; else such dividers do not
    /// count.</summary>
    private PllSetting? Search(double megahertz, bool clamps)
    {
        PllSetting? best = null;
        double bestError = double.MaxValue;
        for (int reference = 2; reference >= 1; reference--)
        {
            int least = Math.Max(FeedbackMin, (int)Math.Ceiling((VcoMin ?? 0) * reference / Crystal));
            int most = Math.Min(FeedbackMax, (int)((VcoMax ?? 1e6) * reference / Crystal));
            for (int first = 7; first >= 1 && least <= most; first--)
            {
                for (int second = 1; second < first; second++)
                {
                    int wanted = (int)Math.Round(
                        megahertz * reference * first * second / Crystal, MidpointRounding.AwayFromZero);
                    int feedback = Math.Clamp(wanted, least, most);
                    PllSetting found = new(this, feedback, reference, first, second);
                    double error = Math.Abs(found.Megahertz - megahertz);
                    if ((clamps || feedback == wanted) && (best is null || IsBetter(found, error, best, bestError)))
                    {
                        (best, bestError) = (found, error);
                    }
                }
            }
        }
        return best;
    }

    internal byte FlagFor(PllSetting setting) => Flag ?? (byte)(!PlainPost && setting.Vco >= HighVco ? 0x50 : 0x40);

    private static bool IsBetter(PllSetting found, double error, PllSetting best, double bestError)
    {
        if (Math.Abs(error - bestError) > Same)
        {
            return error < bestError;
        }
        return Math.Abs(found.Vco - best.Vco) > Same ? found.Vco < best.Vco : found.Post < best.Post;
    }
}

/// <summary>Dividers of a PLL, for clocks below that many MHz.</summary>
public sealed record PllDividers(double Below, int Reference, int First, int Second);
