using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Payouts;

public sealed class SliceListTests
{
    [Fact]
    public void It_is_a_list_whatever_is_added_dropped_and_taken_out() =>
        Gen.Int[0, 999].Array[0, 600].Sample(steps =>
        {
            SliceList list = new();
            List<WorkSlice> model = [];
            foreach (int step in steps)
            {
                int at = model.Count == 0 ? 0 : step / 10 % model.Count;
                switch (step % 10)
                {
                    case 0:
                        list.DropFirst(at);
                        model.RemoveRange(0, at);
                        break;
                    case 1 or 2 when model.Count > 0:
                        list.RemoveAt(at);
                        model.RemoveAt(at);
                        break;
                    case 3 when model.Count > 0:
                        list[at] = model[at] = WorkSlice.Of([step], [1]);
                        break;
                    default:
                        WorkSlice slice = WorkSlice.Of([step], [1]);
                        list.Add(slice);
                        model.Add(slice);
                        break;
                }
                Assert.Equal(model, Enumerable.Range(0, list.Count).Select(i => list[i]));
            }
        });

    [Fact]
    public void What_is_not_there_cannot_be_reached()
    {
        SliceList list = new();
        list.Add(WorkSlice.Of([1], [1]));
        list.DropFirst(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list.RemoveAt(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.DropFirst(1));
    }
}
