using Shop.OrderManagement;
using Shop.ServiceDefaults;

return await ServiceHost.Run(() => OrderManagementService.Build(args));
