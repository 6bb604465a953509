using Otedama.Core;

namespace Otedama.Mining;

/// <summary>
/// Real blocks of algorithms whose full check needs a true proof: a made-up one would be refused early.
/// </summary>
internal static class KnownProofs
{
    public const int EquihashHeaderLength = 140;

    /// <summary>Flux main-net block 400,000: header, compactSize, solution.</summary>
    private const string Equihash125 =
        "04000000a8675c842f7a1342fadd00cd9b4e4909526b1c0ab5a747c5529b4deb13000000ce7d6ea2452245925fc70c3a08a3c3dd2ca4beab"
        + "7481f237a19751666bfd25c30fd282d94b1e1a7f2c57eb3fb9e2853d990753fa137e13c99bd43f220d4fce6990e44f5dce28421d60000016"
        + "0000000000000000000000000000000000000000000000009cfd1100"
        + "34" + "0898985c54d7c66d04fbe9509445c19e664aca4b8d16a701f9f90eda443a556f37cc4627335201339b001ea2ed29eeeec7da199b";

    /// <summary>MinexCoin main-net block 170,999.</summary>
    private const string Equihash96 =
        "000000204b557e4be6e5a4ca0a1c3a191f5aed24098a06c546eeb5a8f5e96c23000000008cd84219898f4ef799aeb4aefa10da720d3a7310"
        + "d36b04b318387c83c9d94a6b0000000000000000000000000000000000000000000000000000000000000000bbde525b28063e1c4fffffe4"
        + "0000000000000000000000000000000000000000000000048c8ba09b"
        + "44" + "01296fc9576e53e325bf0e2d0688f7b05e42e8775bea3f9f492676dc9352d42381060f936b1e1abb9146c6d73f9f321617602e51e8b6d2ec"
        + "c93fcf37b0ce6f972eb1b2ee";

    /// <summary>Null for parameters of which no block is kept here.</summary>
    public static byte[]? Equihash(uint n, uint k) => (n, k) switch
    {
        (125, 4) => Hex.Decode(Equihash125),
        (96, 5) => Hex.Decode(Equihash96),
        _ => null,
    };
}
