using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Shares;

/// <summary>Places for proofs: bounded, used again, never given twice.</summary>
public sealed class ProofSlabTests
{
    [Fact]
    public void There_are_never_more_places_than_allowed_and_each_comes_back()
    {
        ProofSlab slab = new(32, 100);
        byte[][] places = [.. Enumerable.Range(0, 100).Select(_ => slab.TryRent()!)];
        Assert.All(places, static place => Assert.Equal(32, place.Length));
        Assert.Equal(100, places.Distinct().Count());
        Assert.Null(slab.TryRent());
        Array.ForEach(places, slab.Return);
        Assert.Equal(0, slab.RentedCount);
        byte[][] again = [.. Enumerable.Range(0, 100).Select(_ => slab.TryRent()!)];
        Assert.Equal(100, again.Distinct().Count());
        Assert.All(again, place => Assert.Contains(place, places));
        Assert.Null(slab.TryRent());
    }

    [Fact]
    public void Where_the_nonce_is_the_whole_proof_there_is_no_place_and_nothing_to_return()
    {
        Assert.Null(ProofSlab.None.TryRent());
        ProofSlab.None.Return([1, 2, 3]);
        ProofSlab.None.Return(null);
        Assert.Equal(0, ProofSlab.None.RentedCount);
    }
}
