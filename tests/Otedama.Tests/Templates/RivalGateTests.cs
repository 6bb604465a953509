using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Templates;

public sealed class RivalGateTests
{
    private static readonly Hash256 s_parent = new(Enumerable.Repeat((byte)7, 32).ToArray());

    private readonly RivalGate _gate = new();

    [Fact]
    public void After_one_block_is_accepted_its_rivals_stay_out()
    {
        Assert.True(_gate.TryEnter(s_parent, 1));
        _gate.Leave(s_parent, accepted: true);
        Assert.False(_gate.TryEnter(s_parent, 1));
    }

    [Fact]
    public void A_refused_block_leaves_its_place_to_the_next()
    {
        for (int i = 0; i < 20; i++)
        {
            Assert.True(_gate.TryEnter(s_parent, 1));
            _gate.Leave(s_parent, accepted: false);
        }
    }

    [Fact]
    public void Few_wait_for_an_answer_at_once_and_other_parents_are_not_held_up()
    {
        Assert.Equal(4, Enumerable.Range(0, 10).Count(_ => _gate.TryEnter(s_parent, 1)));
        Assert.True(_gate.TryEnter(Hash256.Zero, 1));
    }

    [Fact]
    public void A_parent_that_is_offered_again_later_starts_anew()
    {
        Assert.True(_gate.TryEnter(s_parent, 1));
        _gate.Leave(s_parent, accepted: true);
        Assert.True(_gate.TryEnter(s_parent, 3));
        Assert.False(Enumerable.Range(0, 10).All(_ => _gate.TryEnter(s_parent, 3)));
    }
}
