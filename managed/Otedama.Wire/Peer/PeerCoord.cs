using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// COORD: eight f64 and an f64 of height, all in seconds, an f64 of error, then, where bytes follow, the name of the
/// sender's region as text. What the numbers are worth is for whoever takes them to say.
/// </summary>
public sealed record PeerCoord(IReadOnlyList<double> At, double Height, double Error, string Region)
{
    public const int Dimensions = 8, RegionMax = 32, BytesMax = TextAt + 2 + RegionMax;

    private const int TextAt = (Dimensions + 2) * sizeof(double);

    /// <summary>None for bytes that Read can read.</summary>
    public static PeerFault Check(ReadOnlySpan<byte> body) => body.Length == TextAt ? PeerFault.None
        : PeerText.Check(body, TextAt, body.Length, RegionMax, out _);

    /// <summary>Reads a checked body.</summary>
    public static PeerCoord Read(ReadOnlySpan<byte> body)
    {
        double[] at = new double[Dimensions];
        for (int i = 0; i < at.Length; i++)
        {
            at[i] = Number(body, i);
        }
        string region = body.Length == TextAt ? "" : PlainText.Of(PeerText.Read(body, TextAt));
        return new PeerCoord(at, Number(body, Dimensions), Number(body, Dimensions + 1), region);
    }

    /// <summary>Returns the bytes written, at most BytesMax.</summary>
    public int Write(Span<byte> body)
    {
        for (int i = 0; i < Dimensions; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(body[(i * sizeof(double))..], At[i]);
        }
        BinaryPrimitives.WriteDoubleLittleEndian(body[(Dimensions * sizeof(double))..], Height);
        BinaryPrimitives.WriteDoubleLittleEndian(body[((Dimensions + 1) * sizeof(double))..], Error);
        return Region.Length == 0 ? TextAt : TextAt + PeerText.Write(body[TextAt..], Region, RegionMax);
    }

    private static double Number(ReadOnlySpan<byte> body, int index) =>
        BinaryPrimitives.ReadDoubleLittleEndian(body[(index * sizeof(double))..]);
}
