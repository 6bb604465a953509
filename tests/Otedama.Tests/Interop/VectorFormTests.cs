using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

/// <summary>One block in every form docs/reference/vectors.md allows, and forms that must not pass.</summary>
public sealed class VectorFormTests(VectorFormTests.Runner runner) : IClassFixture<VectorFormTests.Runner>
{
    private const string GenesisStart =
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e6776"
        + "8f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d";

    private const string GenesisDisplay = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";

    private const string KawPowSigned =
        "0000003031e90fcf389e4b4016ff65849fb428d811e5a461c902202dd797208f02000000060bf27b300dade5e02ee8e0ae6b"
        + "a38cfc3de3c0c63622d0bb7c357f65516a690c718d5e13f9021d90d00300";

    private const string KawPowNonceAndMix =
        "8ab0a51f00375e326a846e216a0027f0feaad68e8c252ea591af1344e336dfda78404b179c6d5c0a";

    private const string KawPowMix = "0a5c6d9c174b4078dadf36e34413af91a52e258c8ed6aafef027006a216e846a";

    private const string KawPowHash = "0000000063ffb76793cc868a3d6d9af02ea0101631e04701cfc612cbedebe2b4";

    private const string FluxHeader =
        "04000000a8675c842f7a1342fadd00cd9b4e4909526b1c0ab5a747c5529b4deb13000000ce7d6ea2452245925fc70c3a08a3"
        + "c3dd2ca4beab7481f237a19751666bfd25c30fd282d94b1e1a7f2c57eb3fb9e2853d990753fa137e13c99bd43f220d4fce69"
        + "90e44f5dce28421d600000160000000000000000000000000000000000000000000000009cfd1100";

    private const string FluxSolution =
        "0898985c54d7c66d04fbe9509445c19e664aca4b8d16a701f9f90eda443a556f37cc4627335201339b001ea2ed29eeeec7da"
        + "199b";

    private const string FluxIndices =
        "2253409,29707644,26951998,65622164,18286201,40152228,48448937,50461177,3893520,61167347,32706953,536"
        + "94977,13528064,32124626,41663409,64625051";

    private const string FluxDisplay = "000000390342f0e52443ad79b43e5d85b78bf519667aeb3aa980d76caeda0369";

    private const string BlockHeaderSolutions =
        "indices=976,126621,100174,123328,38477,105390,38834,90500,6411,116489,51107,129167,25557,92292,38525"
        + ",56514,1110,98024,15426,74455,3185,84007,24328,36473,17427,129451,27556,119967,31704,62448,110460,11"
        + "7894 indices=1008,18280,34711,57439,3903,104059,81195,95931,58336,118687,67931,123026,64235,95595,84"
        + "355,122946,8131,88988,45130,58986,59899,78278,94769,118158,25569,106598,44224,96285,54009,67246,8503"
        + "9,127667 indices=1278,107636,80519,127719,19716,130440,83752,121810,15337,106305,96940,117036,46903,"
        + "101115,82294,118709,4915,70826,40826,79883,37902,95324,101092,112254,15536,68760,68493,125640,67620,"
        + "108562,68035,93430 indices=3976,108868,80426,109742,33354,55962,68338,80112,26648,28006,64679,130709"
        + ",41182,126811,56563,129040,4013,80357,38063,91241,30768,72264,97338,124455,5607,36901,67672,87377,17"
        + "841,66985,77087,85291 indices=5970,21862,34861,102517,11849,104563,91620,110653,7619,52100,21162,112"
        + "513,74964,79553,105558,127256,21905,112672,81803,92086,43695,97911,66587,104119,29017,61613,97690,10"
        + "6345,47428,98460,53655,109002";

    /// <summary>One for all tests of the class, which run one after the other: they share its datasets.</summary>
    public sealed class Runner : IDisposable
    {
        private readonly List<string> _lines = [];
        private readonly VectorRunner _runner;

        public Runner() => _runner = new VectorRunner(_lines.Add);

        internal (VectorTotals Totals, List<string> Lines) Run(string text)
        {
            _lines.Clear();
            return (_runner.Run(VectorFile.Parse(text)), [.. _lines]);
        }

        public void Dispose() => _runner.Dispose();
    }


    [Theory]
    [InlineData("proof algorithm=sha256d header=" + GenesisStart + "1dac2b7c target=header hash=" + GenesisDisplay)]
    [InlineData("proof algorithm=SHA256d header=" + GenesisStart + " nonce=7c2bac1d bits=0x1d00ffff hash_display=" + GenesisDisplay)]
    [InlineData("proof algorithm=sha256d data=0x" + GenesisStart + "00000000 nonce=0x7c2bac1d target=0x" + GenesisDisplay)]
    [InlineData("proof algorithm=sha256d data=" + GenesisStart + "1dac2b7d bits=1d00ffff verdict=invalid")]
    [InlineData("proof algorithm=sha256d data=" + GenesisStart + " verdict=invalid")]
    [InlineData("proof name=block#0 algorithm=sha256d data=" + GenesisStart + "1dac2b7c bits=1d80ffff verdict=above-target # a sign bit")]
    [InlineData("search algorithm=sha256d data=" + GenesisStart + "00000000 bits=header nonce_first=0x7c2bac00 nonce_count=64 hit=7c2bac1d:" + GenesisDisplay)]
    [InlineData("search algorithm=sha256d data=" + GenesisStart + "00000000 nonce_first=0xffffffff nonce_count=2 versions=00000001,0x00000002 "
        + "hit=0:: hit=ffffffff hit=00000000::00000002 hit=0xffffffff::00000001")]
    public void Headers_of_80_bytes(string line) => Passes(line);

    [Theory]
    [InlineData("header=" + KawPowSigned + KawPowNonceAndMix + " target=header hash=" + KawPowHash)]
    [InlineData("data=" + KawPowSigned + KawPowNonceAndMix + " height=250000 bits=1d02f913 hash_display=" + KawPowHash)]
    [InlineData("header=" + KawPowSigned + " nonce=325e37001fa5b08a mix=" + KawPowMix + " target=header hash_display=" + KawPowHash)]
    [InlineData("header=" + KawPowSigned + " nonce=0x325e37001fa5b08a target=" + KawPowHash)]
    [InlineData("header=" + KawPowSigned + " nonce=325e37001fa5b08b mix=" + KawPowMix + " target=header verdict=invalid")]
    [InlineData("header=" + KawPowSigned + " nonce=325e37001fa5b08b mix=" + KawPowMix + " target=header verdict=above-target")]
    [InlineData("header=" + KawPowSigned + " nonce=325e37001fa5b08b mix=" + KawPowMix + " target=header verdict=bad-proof")]
    [InlineData("header=" + KawPowSigned + KawPowNonceAndMix + "00 height=250000 verdict=malformed")]
    public void KawPow_headers(string line) => Passes("proof algorithm=kawpow " + line);

    [Fact]
    public void KawPow_windows_of_a_block_header() => Passes("search algorithm=kawpow header=" + KawPowSigned
        + " target=header nonce_first=0x325e37001fa5b086 nonce_count=8 hit=325e37001fa5b08a:" + KawPowHash + ":" + KawPowMix);

    [Theory]
    [InlineData("algorithm=equihash header=" + FluxHeader + " solution=" + FluxSolution + " target=header hash_display=" + FluxDisplay)]
    [InlineData("algorithm=zelhash data=" + FluxHeader + "34" + FluxSolution + " hash=" + FluxDisplay)]
    [InlineData("algorithm=equihash n=125 k=4 personal=ZelProof header=" + FluxHeader + " indices=" + FluxIndices)]
    [InlineData("algorithm=equihash n=125 twist=0 header=" + FluxHeader + " solution=" + FluxSolution + " verdict=bad-proof")]
    [InlineData("algorithm=equihash twist=0 header=" + FluxHeader + " solution=" + FluxSolution + " verdict=bad-proof")]
    [InlineData("algorithm=equihash n=96 header=" + FluxHeader + " solution=" + FluxSolution + " verdict=malformed hash=" + FluxDisplay)]
    public void Equihash_headers(string line) => Passes("proof " + line);

    [Fact]
    public void Equihash_header_without_its_nonce() => Passes(
        $"proof algorithm=zelhash header={FluxHeader[..216]} nonce={FluxHeader[216..]} solution={FluxSolution} target=header hash_display={FluxDisplay}");

    [Theory]
    [InlineData("input=626c6f636b20686561646572 nonce=0000000000000000000000000000000000000000000000000000000000000000 ")]
    [InlineData("data=626c6f636b206865616465720000000000000000000000000000000000000000000000000000000000000000 ")]
    public void Solution_sets_of_inputs(string input) => Passes("solve algorithm=equihash n=96 " + input + BlockHeaderSolutions);

    [Fact]
    public void Parameters_that_are_only_checked_are_skipped_in_a_search() =>
        Assert.Equal(new VectorTotals(0, 0, 1), runner.Run($"solve algorithm=equihash n=200 k=9 data={FluxHeader}").Totals);

    private void Passes(string line)
    {
        (VectorTotals totals, List<string> lines) = runner.Run(line);
        Assert.Empty(lines);
        Assert.Equal(new VectorTotals(1, 0, 0), totals);
    }

    [Theory]
    [InlineData("proof algorithm=sha256d data=" + GenesisStart + "1dac2b7c header=00", "give one")]
    [InlineData("proof algorithm=sha256d data=" + GenesisStart + "1dac2b7c mix=00", "says nothing about sha256d")]
    [InlineData("proof algorithm=sha256d data=" + GenesisStart + "1dac2b7c bits=1d00ffff target=" + GenesisDisplay, "both")]
    [InlineData("proof algorithm=sha256d data=" + GenesisStart + " nonce=2083236893", "8 hex digits")]
    [InlineData("proof algorithm=sha256d data=" + GenesisStart + "1dac2b7c nonce=0x100000000", "more than 8")]
    [InlineData("proof algorithm=sha256d data=" + GenesisStart + "1dac2b7c bits=header hash=" + KawPowHash, "hash is 6fe28c")]
    [InlineData("proof algorithm=sha256d data=" + GenesisStart + "1dac2b7c hash=" + GenesisDisplay + " hash_display=" + KawPowHash, "hash_display")]
    [InlineData("proof algorithm=kawpow header=" + KawPowSigned + KawPowNonceAndMix + " height=250001", "the header says 250000")]
    [InlineData("proof algorithm=kawpow header=" + KawPowSigned, "needs nonce=")]
    [InlineData("proof algorithm=kawpow header_hash=" + KawPowHash + " nonce=325e37001fa5b08a", "needs height=")]
    [InlineData("proof algorithm=kawpow header_hash=" + KawPowHash + " nonce=325e37001fa5b08a height=4294967296", "allowed 0 to")]
    [InlineData("proof algorithm=kawpow header_hash=" + KawPowHash + " nonce=325e37001fa5b08a height=4294967295", "epoch 572662")]
    [InlineData("proof algorithm=equihash header=" + FluxHeader + " indices=1,2,67108864", "more than 26 bits")]
    [InlineData("proof algorithm=equihash n=4294967295 k=4294967295 data=00 verdict=malformed", "allowed 200,9")]
    [InlineData("proof algorithm=equihash header=" + FluxHeader + " solution=" + FluxSolution + " personal=ZelProof9", "8 bytes")]
    [InlineData("search algorithm=sha256d data=" + GenesisStart + "00000000 nonce_first=0x100000000 nonce_count=1", "more than 32 bits")]
    [InlineData("search algorithm=sha256d data=" + GenesisStart + "00000000 nonce_first=0 nonce_count=0x100000001", "more nonces than there are")]
    [InlineData("search algorithm=sha256d data=" + GenesisStart + "00000000 nonce_first=0 nonce_count=1 hit=00000000 hit=00000000", "1 found, 2 expected")]
    [InlineData("search algorithm=sha256d data=" + GenesisStart + "00000000 nonce_first=0 nonce_count=2 hit=00000000", "unexpected 00000001")]
    public void Forms_that_would_prove_nothing(string line, string reason)
    {
        (VectorTotals totals, List<string> lines) = runner.Run(line);
        Assert.Equal(new VectorTotals(0, 1, 0), totals);
        Assert.Contains(reason, Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_given_twice_is_refused() =>
        Assert.Throws<VectorFormatException>(() => VectorFile.Parse("proof algorithm=sha256d data=00 verdict=valid verdict=invalid"));
}
