#include "worker/agent/devices.h"

#include <gtest/gtest.h>

namespace tricorn::worker {
namespace {

TEST(Devices, GiveTheRanksOfAGangAGpuEachAndKeepThem) {
  Devices devices({"cuda:0", "cuda:1"});
  devices.SetAssignments({"jobs/a/1/0", "jobs/a/1/1"});
  EXPECT_NE(devices.Of("jobs/a/1/0"), devices.Of("jobs/a/1/1"));
  const std::string kept = devices.Of("jobs/a/1/1");
  devices.SetAssignments({"jobs/a/1/1", "jobs/b/1/0"});
  EXPECT_EQ(devices.Of("jobs/a/1/1"), kept);
  EXPECT_NE(devices.Of("jobs/b/1/0"), kept);
}

TEST(Devices, ShareWhatThereIs) {
  Devices devices({"cpu"});
  devices.SetAssignments({"a", "b", "c"});
  for (const char* assignment : {"a", "b", "c"}) EXPECT_EQ(devices.Of(assignment), "cpu");
}

TEST(GpuShare, GivesAgentsOfOneMachineGpusOfTheirOwn) {
  using Gpus = std::vector<int>;
  EXPECT_EQ(GpusOf({}, 3), (Gpus{0, 1, 2}));
  EXPECT_EQ(GpusOf({.index = 0, .of = 2}, 3), (Gpus{0, 2}));
  EXPECT_EQ(GpusOf({.index = 1, .of = 2}, 3), (Gpus{1}));
  EXPECT_EQ(GpusOf({.index = 3, .of = 4}, 2), (Gpus{1}));
}

TEST(OfferDevices, SaysWhatItOffersAndWhy) {
  EXPECT_EQ(OfferDevices("cpu", std::nullopt).names, std::vector<std::string>{"cpu"});
  EXPECT_EQ(OfferDevices("cuda:3", std::nullopt).names, std::vector<std::string>{"cuda:3"});
  EXPECT_EQ(OfferDevices("cuda:3", std::nullopt).gpus(), 1);
  const DeviceOffer hidden = OfferDevices("auto", "");
  EXPECT_EQ(hidden.names, std::vector<std::string>{"cpu"});
  EXPECT_EQ(hidden.gpus(), 0);
  EXPECT_EQ(hidden.description, "cpu: no GPU was found");
}

}  // namespace
}  // namespace tricorn::worker
