using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Shares;

/// <summary>What the numbers of a real chain's header say, and what they no longer say when one of them is another.</summary>
public class BlockClaimTests
{
    // Ravencoin's test network, height 250,000.
    private const string Header = "b13d236e5d01e5ed55d3d4a5640506cea773db33c4f65be90d7087690fb45c1c";
    private const string Mix = "0a5c6d9c174b4078dadf36e34413af91a52e258c8ed6aafef027006a216e846a";
    private const ulong Nonce = 0x325e37001fa5b08a;
    private const uint Bits = 0x1d02f913;

    [Fact]
    public void A_block_of_the_chain_is_a_claim_and_its_neighbours_are_none()
    {
        Assert.True(Claims(JobOf(Bits), Of(Nonce, Mix)));
        Assert.False(Claims(JobOf(Bits), Of(Nonce + 1, Mix)));
        Assert.False(Claims(JobOf(Bits), Of(Nonce, "1" + Mix[1..])));
        Assert.False(Claims(JobOf(0x1c02f913), Of(Nonce, Mix)));
        Assert.False(Claims(JobOf(Bits), Of(Nonce, Mix[2..])));
        Assert.False(Claims(JobOf(Bits), new Candidate { Nonce = Nonce }));
    }

    [Fact]
    public void Families_whose_hash_is_the_whole_check_make_no_claims()
    {
        TestJobs jobs = new();
        Assert.False(Claims(jobs.Add(1, network: Target.Max).Job, TestJobs.Candidate(1, 1)));
    }

    private static bool Claims(Job job, Candidate candidate) => job.Recipe.ClaimsBlock(candidate, job.NetworkTarget);

    private static Candidate Of(ulong nonce, string mix) => new() { Nonce = nonce, Proof = Hex.Decode(mix) };

    private static Job JobOf(uint bits) => new()
    {
        Id = 1,
        Generation = 1,
        Algorithm = Algorithm.KawPow,
        Height = 250_000,
        Recipe = new KawPowRecipe { HeaderHash = Hash256.FromDisplay(Header), SeedHash = new byte[32], Bits = bits, Time = 1 },
        NetworkTarget = Target.FromCompact(bits),
        ShareTarget = Target.Max,
        Clean = true,
        TimeMin = 0,
        TimeMax = uint.MaxValue,
    };
}
