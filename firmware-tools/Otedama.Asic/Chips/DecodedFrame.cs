namespace Otedama.Asic;

/// <summary>What some bytes of a chip's line mean.</summary>
/// <param name="Offset">Of the first byte in what was decoded.</param>
/// <param name="Kind">command, job, register, nonce; rubbish = no frame.</param>
/// <param name="Hex">The bytes.</param>
/// <param name="Problem">Why it is no good frame: CRC, length, header; null = it is one.</param>
/// <param name="Summary">In a few words.</param>
/// <param name="Fields">Its parts in order; empty for rubbish.</param>
public sealed record DecodedFrame(
    int Offset, string Kind, string Hex, string? Problem, string Summary, IReadOnlyList<DecodedField> Fields)
{
    public bool IsGood => Problem is null;
}

/// <summary>A part of a frame.</summary>
/// <param name="Name">Such as register.</param>
/// <param name="Value">As it lies in the frame, in hex.</param>
/// <param name="Number">As a number, where it is one.</param>
/// <param name="Meaning">What it says, for people.</param>
public sealed record DecodedField(string Name, string Value, double? Number = null, string? Meaning = null);
