namespace Otedama.Asic;

/// <summary>One setting of a PLL: the multiplier and the dividers, and the register they make.</summary>
public sealed record PllSetting(PllRange Range, int Feedback, int Reference, int First, int Second)
{
    /// <summary>Product of the post dividers.</summary>
    public int Post => First * Second;

    /// <summary>25 fb / ref, MHz.</summary>
    public double Vco => PllRange.Crystal * Feedback / Reference;

    /// <summary>The clock of the cores, MHz.</summary>
    public double Megahertz => Vco / Post;

    /// <summary>The register: flag, fb, ref, post; most significant byte first.</summary>
    public uint Register =>
        ((uint)Range.FlagFor(this) << 24) | ((uint)Feedback << 16) | ((uint)Reference << 8) | PostByte;

    private uint PostByte => Range.PlainPost
        ? ((uint)First << 4) | (uint)Second
        : ((uint)(First - 1) << 4) | (uint)(Second - 1);

    /// <summary>What a register means, whoever wrote it: any bytes with dividers that are not zero. Null = it has a
    /// zero divider.</summary>
    public static PllSetting? FromRegister(PllRange range, uint register)
    {
        int feedback = (int)(register >> 16 & 0xff);
        int reference = (int)(register >> 8 & 0x3f);
        int first = (int)(register >> 4 & 7) + (range.PlainPost ? 0 : 1);
        int second = (int)(register & 7) + (range.PlainPost ? 0 : 1);
        return reference == 0 || first == 0 || second == 0 ? null
            : new PllSetting(range, feedback, reference, first, second);
    }
}
