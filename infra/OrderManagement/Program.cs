using Shop.OrderManagement;
using Shop.ServiceDefaults;

return await ServiceHost.Run(args, OrderManagementService.Build);
