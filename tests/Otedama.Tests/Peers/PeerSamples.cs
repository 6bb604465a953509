using Otedama.Wire;

namespace Otedama.Tests.Peers;

/// <summary>Nodes whose keys tests know.</summary>
internal static class PeerSamples
{
    /// <summary>The example of the specification.</summary>
    public const string Scalar = "6ac271bdd3e3ad47a5288798c3f531a4788839adcc07b523c39f17e0cb702820";
    public const string Point = "436d7ba23e87d952b77c6bad756c585c471178fd62c30d9bd7004269bcd60268"
        + "c9b76f34fffaa5b985c3f5f94204de3a17087ade2eba0065dd61063d7af2f232";
    public const string Id = "2c5b264547468a0b48f961b89036bad444055951c3e0339b0863b536e227abee";
    public const string ChainId = "e78ca148b270e2a4874a4aa3e1d95aeecf90676e33ff7eba5beb7165380d63e8";

    /// <summary>
    /// Random parts with which the puzzle of node 2 is solved by its first counter in a held clock's first bucket: for 20
    /// bits and not for 24, and for 24.
    /// </summary>
    public const uint Solved20 = 687_639, Solved24 = 9_983_441;

    public static NodeIdentity Example() => Make(Convert.FromHexString(Scalar));

    /// <summary>Another node for each number.</summary>
    public static NodeIdentity Make(byte number)
    {
        byte[] scalar = new byte[NodeIdentity.ScalarBytes];
        scalar.AsSpan().Fill(number);
        return Make(scalar);
    }

    private static NodeIdentity Make(byte[] scalar) =>
        NodeIdentity.TryCreate(scalar, new byte[NodeIdentity.SerialBytes], DateTimeOffset.UnixEpoch.AddYears(56))!;
}
