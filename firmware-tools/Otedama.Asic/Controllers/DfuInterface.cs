using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>bmAttributes of the functional descriptor.</summary>
[Flags]
public enum DfuAbilities
{
    None = 0,
    Download = 1,
    Upload = 2,

    /// <summary>It answers after taking the new firmware over; without it, it leaves the bus.</summary>
    ManifestationTolerant = 4,

    /// <summary>It leaves by itself after DETACH and needs no reset.</summary>
    WillDetach = 8,
}

/// <summary>A DFU interface with one of its alternate settings, from the configuration descriptor.</summary>
/// <param name="Number">bInterfaceNumber.</param>
/// <param name="Alternate">bAlternateSetting.</param>
/// <param name="Loader">In DFU mode (protocol 2), not beside the application (protocol 1).</param>
/// <param name="Text">Number of the string that describes it; 0 = none.</param>
/// <param name="DetachTimeout">How long a device waits for the reset after DETACH.</param>
/// <param name="TransferSize">Most bytes of a block.</param>
/// <param name="Standard">bcdDFUVersion: 0100, 0110, 011A for DfuSe.</param>
public sealed record DfuInterface(
    byte Number, byte Alternate, bool Loader, byte Text, DfuAbilities Abilities, TimeSpan DetachTimeout,
    ushort TransferSize, ushort Standard)
{
    public bool IsDfuSe => Standard == DfuSuffix.DfuSe;

    private const byte InterfaceType = 4, FunctionalType = 0x21, ApplicationSpecific = 0xFE, DfuSubclass = 1;

    /// <summary>All of a device; empty when it has none. A descriptor that is cut off ends the list.</summary>
    public static IReadOnlyList<DfuInterface> Find(ReadOnlySpan<byte> configuration)
    {
        List<DfuInterface> found = [];
        bool inDfu = false;
        for (int at = 0; at + 2 <= configuration.Length && configuration[at] >= 2
            && at + configuration[at] <= configuration.Length; at += configuration[at])
        {
            ReadOnlySpan<byte> one = configuration.Slice(at, configuration[at]);
            if (one[1] == InterfaceType && one.Length >= 9)
            {
                inDfu = one[5] == ApplicationSpecific && one[6] == DfuSubclass && one[7] is 1 or 2;
                if (inDfu)
                {
                    found.Add(new(one[2], one[3], one[7] == 2, one[8], DfuAbilities.None, TimeSpan.Zero, 0, 0));
                }
            }
            else if (one[1] == FunctionalType && one.Length >= 7 && inDfu)
            {
                Describe(found, one);
            }
        }

        // Without a functional descriptor the size of a block is unknown, and nothing can be sent.
        found.RemoveAll(static face => face.TransferSize == 0);
        return found;
    }

    /// <summary>One functional descriptor stands for all alternate settings before it; a device may also repeat
    /// it.</summary>
    private static void Describe(List<DfuInterface> found, ReadOnlySpan<byte> functional)
    {
        byte number = found[^1].Number;
        for (int index = 0; index < found.Count; index++)
        {
            if (found[index].Number == number)
            {
                found[index] = found[index] with
                {
                    Abilities = (DfuAbilities)(functional[2] & 0xF),
                    DetachTimeout = TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt16LittleEndian(functional[3..])),
                    TransferSize = BinaryPrimitives.ReadUInt16LittleEndian(functional[5..]),

                    // DFU 1.0 had no such field.
                    Standard = functional.Length >= 9 ? BinaryPrimitives.ReadUInt16LittleEndian(functional[7..])
                        : (ushort)0x0100,
                };
            }
        }
    }
}
